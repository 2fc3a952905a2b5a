import type { House } from '../http/house.ts';
import type { Clock } from '../lib/clock.ts';
import type { OwnHost } from '../oci/gun.ts';
import type { Database } from '../ports/database.ts';
import { Promotions } from '../work/channels/promotions.ts';
import { Stages } from '../work/channels/stages.ts';
import { decisionKey, DecisionSigner } from '../work/gates/decision-signer.ts';
import { ImageJudge } from '../work/gates/image-judge.ts';
import type { Blobs } from '../work/registry/blobs.ts';
import type { Manifests } from '../work/registry/manifests.ts';
import type { Config } from './settings.ts';
import { ownRegistry } from './own-registry.ts';

/** Puts together what clusters and engines ask before they run an image. */
export async function openGates(parts: {
  readonly manifests: Manifests;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly policy: Pick<House, 'decisions' | 'refusals'>;
  readonly database: Database;
  readonly isOwnHost: OwnHost;
  readonly service: string;
  readonly config: Pick<Config, 'publicNames' | 'publicUrl' | 'foreignImages' | 'foreignImageList' | 'decisionMinutes'>;
}): Promise<{
  readonly useCases: Pick<House, 'imageJudge' | 'decisionSigner' | 'stages' | 'promotions'>;
  listensOn(port: number): void;
}> {
  const { manifests, policy, config, service } = parts;
  const own = ownRegistry(parts.isOwnHost, config.publicNames, config.publicUrl);
  const imageJudge = new ImageJudge({
    manifests,
    decisions: policy.decisions,
    refusals: policy.refusals,
    isOwnRegistry: own.is,
    foreign: { mode: config.foreignImages, list: config.foreignImageList },
  });
  const decisionSigner = new DecisionSigner(await decisionKey(parts.database), service, config.decisionMinutes);
  const { decisions } = policy;
  const stages = new Stages(manifests, decisions);
  const promotions = new Promotions({ ...parts, decisions });
  return { useCases: { imageJudge, decisionSigner, stages, promotions }, listensOn: own.listensOn };
}
