import { describe } from 'node:test';
import { accessContract } from './access.ts';
import { blobRecordsContract } from './blob-records.ts';
import { changesContract } from './changes.ts';
import { channelsContract } from './channels.ts';
import { contentContract } from './content.ts';
import { jobsContract } from './jobs.ts';
import { policyContract } from './policy.ts';
import { vexContract } from './vex.ts';
import type { OpenDatabase } from './records-fixture.ts';
import { registryContract } from './registry.ts';
import { signedTagsContract } from './signed-tags.ts';
import { trustContract } from './trust.ts';
import { upkeepContract } from './upkeep.ts';
import { visibilityContract } from './visibility.ts';

/** What every database must do, room by room; `open` gives an empty one each time. */
export function databaseContract(title: string, open: OpenDatabase): void {
  describe(title, () => {
    registryContract(open);
    visibilityContract(open);
    blobRecordsContract(open);
    contentContract(open);
    trustContract(open);
    signedTagsContract(open);
    jobsContract(open);
    accessContract(open);
    policyContract(open);
    channelsContract(open);
    vexContract(open);
    upkeepContract(open);
    changesContract(open);
  });
}
