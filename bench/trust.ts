import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trustedFolder } from '../src/adapters/fs/trusted-folder.ts';
import type { FetchMetadata } from '../src/ports/trusted-files.ts';
import { type TrustRequest, verifyTag } from '../src/work/trust/verify-tag.ts';
import { NotaryCollection } from '../test/tuf/notary-collection.ts';
import { Tuf1Repository } from '../test/tuf/repository.ts';
import { type BenchRow, type BenchTable, median } from './table.ts';

const RUNS = 41;
const GUN = 'registry.example/library/app';

function digest(number: number): string {
  return number.toString(16).padStart(64, '0');
}

async function notary(tags: number): Promise<FetchMetadata> {
  const collection = await NotaryCollection.create(GUN, Date.now());
  collection.delegate('targets', 'targets/releases');
  for (let tag = 0; tag < tags; tag++) collection.addTag('targets/releases', `v${tag}`, digest(tag));
  await collection.publish('targets', 'targets/releases');
  return async (name) => collection.fetch(name);
}

async function tuf1(tags: number): Promise<FetchMetadata> {
  const repository = await Tuf1Repository.create(Date.now());
  repository.listsHashes = true;
  for (let tag = 0; tag < tags; tag++)
    repository.targets.targets[`v${tag}`] = { length: 528, hashes: { sha256: digest(tag) } };
  await repository.publish('targets', 'snapshot', 'timestamp');
  return async (name) => repository.fetch(name);
}

/** A pull before its first byte: the trusted files are there, the timestamp is asked for, everything is verified. */
async function warm(dialect: 'notary' | 'tuf-1.0', fetch: FetchMetadata): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-trust-'));
  try {
    const world = { fetch, files: trustedFolder(folder) };
    const verify = async () => {
      const request: TrustRequest = { gun: GUN, now: Date.now() };
      return verifyTag(dialect, request, 'v7', world);
    };
    for (let run = 0; run < 10; run++) await verify();
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const startedAt = performance.now();
      await verify();
      times.push(performance.now() - startedAt);
    }
    return median(times);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Verification of a signed tag before a pull, trusted files in a folder, the network left out. */
export async function run(): Promise<BenchTable> {
  const rows: BenchRow[] = [];
  for (const tags of [10, 100, 1000, 10_000])
    for (const dialect of ['notary', 'tuf-1.0'] as const) {
      const fetch = await (dialect === 'notary' ? notary(tags) : tuf1(tags));
      const assay = await warm(dialect, fetch);
      rows.push({
        what: `${dialect}, ${tags.toLocaleString('en')} tags`,
        unit: 'ms',
        assay,
        budget: '≤ 5 ms',
        met: assay <= 5,
        runs: RUNS,
      });
    }
  return {
    title: 'Verification of a signed tag, warm',
    notes: [
      'Trusted files in a folder, timestamp asked for and verified, every signature checked again; without the network.',
    ],
    rows,
  };
}
