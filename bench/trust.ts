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

interface Source {
  readonly fetch: FetchMetadata;
  /** Publishes another version of the file with the tags. */
  publish(): Promise<void>;
}

async function notary(tags: number): Promise<Source> {
  const collection = await NotaryCollection.create(GUN, Date.now());
  collection.delegate('targets', 'targets/releases');
  for (let tag = 0; tag < tags; tag++) collection.addTag('targets/releases', `v${tag}`, digest(tag));
  await collection.publish('targets', 'targets/releases');
  return {
    fetch: async (name) => collection.fetch(name),
    publish: () => collection.publish('targets/releases'),
  };
}

async function tuf1(tags: number): Promise<Source> {
  const repository = await Tuf1Repository.create(Date.now());
  repository.listsHashes = true;
  for (let tag = 0; tag < tags; tag++)
    repository.targets.targets[`v${tag}`] = { length: 528, hashes: { sha256: digest(tag) } };
  const publish = () => repository.publish('targets', 'snapshot', 'timestamp');
  await publish();
  return { fetch: async (name) => repository.fetch(name), publish };
}

/** A pull before its first byte: the trusted files are there, the timestamp is asked for, everything is verified. */
async function pulls(dialect: 'notary' | 'tuf-1.0', source: Source, kind: 'warm' | 'changed'): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-trust-'));
  try {
    const world = { fetch: source.fetch, files: trustedFolder(folder) };
    const verify = async () => {
      const request: TrustRequest = { gun: GUN, now: Date.now() };
      return verifyTag(dialect, request, 'v7', world);
    };
    for (let run = 0; run < 10; run++) await verify();
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      if (kind === 'changed') await source.publish();
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
      const source = await (dialect === 'notary' ? notary(tags) : tuf1(tags));
      const assay = await pulls(dialect, source, 'warm');
      const what = `${dialect}, ${tags.toLocaleString('en')} tags`;
      rows.push({ what, unit: 'ms', assay, budget: '≤ 5 ms', met: assay <= 5, runs: RUNS });
      if (tags < 10_000) continue;
      const changed = await pulls(dialect, source, 'changed');
      rows.push({ what: `${what}, just published`, unit: 'ms', assay: changed, budget: '', met: true, runs: RUNS });
    }
  return {
    title: 'Verification of a signed tag, warm',
    notes: [
      'Trusted files in a folder, timestamp asked for and verified, every signature checked again; without the network. What a file says is known from the run before; just published, the new files are read and made durable.',
    ],
    rows,
  };
}
