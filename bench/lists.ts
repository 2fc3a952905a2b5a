import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { maskOf, roles } from '../src/access/roles.ts';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../src/adapters/sqlite/database.ts';
import { systemViewer, type Viewer } from '../src/access/viewer.ts';
import type { RepositoryName, Tag } from '../src/oci/names.ts';
import type { Database } from '../src/ports/database.ts';
import { startChildServer } from '../test/child-server.ts';
import { type BenchRow, type BenchTable, median } from './table.ts';

const REPOSITORIES = 100_000;
const TAGS = 1_000_000;
/** Tags of the one repository that is listed; the rest is spread over all. */
const IN_ONE = 900_000;
const RUNS = 9;
const READER = 'reader';

/** Fills the tables with statements of its own: a million pushes would measure something else. */
async function seed(path: string): Promise<void> {
  const empty = await openSqlite(path, 1);
  await empty.close();
  const db = new DatabaseSync(path);
  const digest = `'sha256:' || substr('${'0'.repeat(64)}' || n, -64)`;
  const numbers = (count: number) =>
    `with recursive counted(n) as (select 0 union all select n + 1 from counted where n < ${count - 1})`;
  db.exec(`pragma synchronous = off; begin;
    insert into organisations (name, created_at) select 'org' || n, 1 from (${numbers(1000)} select n from counted);
    insert into accounts (id, name, password_hash, administrator, disabled, created_at, password_changed_at)
      values ('${READER}', '${READER}', 'x', 0, 0, 1, 2);
    insert into grants (principal, principal_kind, subject_kind, subject, role, actions)
      select '${READER}', 'account', 'organisation', 'org' || n, 'reader', ${maskOf(roles.reader)} from (${numbers(100)} select n from counted);
    insert into repositories select 'r' || n, 'org' || (n % 1000) || '/repository' || n, 'org' || (n % 1000), 'private', '', 1, 1
      from (${numbers(REPOSITORIES)} select n from counted);
    insert into manifests select ${digest}, 'application/vnd.oci.image.manifest.v1+json', 'image', 0, null, '{}', 20, 20, zeroblob(500)
      from (${numbers(10_000)} select n from counted);
    insert into repository_manifests select 'r0', ${digest}, null, 1, 'x' from (${numbers(10_000)} select n from counted);
    insert into tags select 'r0', 'v' || n, 'sha256:' || substr('${'0'.repeat(64)}' || (n % 10000), -64), n, 'x', 0
      from (${numbers(IN_ONE)} select n from counted);
    insert into tags select 'r' || (n + 1), 'latest', 'sha256:' || substr('${'0'.repeat(64)}' || (n % 10000), -64), n, 'x', 0
      from (${numbers(TAGS - IN_ONE - 1)} select n from counted);
    commit; analyze;`);
  db.close();
}

async function timed(work: () => Promise<unknown>): Promise<{ milliseconds: number; runs: number }> {
  const times: number[] = [];
  await work();
  for (let run = 0; run < RUNS; run++) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  return { milliseconds: median(times), runs: RUNS };
}

async function row(what: string, limit: number, work: () => Promise<unknown>): Promise<BenchRow> {
  const { milliseconds, runs } = await timed(work);
  return { what, unit: 'ms', assay: milliseconds, budget: `< ${limit} ms`, met: milliseconds < limit, runs };
}

/** Lists of a registry with 100,000 repositories and 1,000,000 tags, and the start of a server on it. */
export async function run(): Promise<BenchTable> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-lists-'));
  try {
    const path = join(folder, 'assay.sqlite');
    await seed(path);
    const database = await openSqlite(path, 1);
    const rows = await lists(database);
    await database.close();
    const starts: number[] = [];
    for (let attempt = 0; attempt < 5; attempt++) {
      const startedAt = performance.now();
      const server = await startChildServer(folder);
      starts.push(performance.now() - startedAt);
      await server.stop();
    }
    const ready = median(starts);
    const budget = '< 1,000 ms';
    rows.push({ what: 'ready after start, 1 M tags', unit: 'ms', assay: ready, budget, met: ready < 1000, runs: 5 });
    return {
      title: 'Lists of 100,000 repositories and 1,000,000 tags',
      notes: ['SQLite in a file; the time of the whole query with its viewer, in this process, without HTTP.'],
      rows,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function lists(database: Database): Promise<BenchRow[]> {
  const { registry } = database.records;
  const system = systemViewer('bench');
  const reader: Viewer = { kind: 'account', accountId: READER, name: READER, administrator: false };
  const repository = await registry.repository(system, 'org0/repository0' as RepositoryName);
  if (!repository) throw new Error('the data was not seeded');
  const after = 'v5';
  return [
    await row('1,000 tag names from the middle of 900,000', 10, () =>
      registry.tagNames(repository, { after, limit: 1000 }),
    ),
    await row('100 tags as the console lists them', 10, () => registry.tags(repository, { after, limit: 100 })),
    await row('100 repository names, administrator', 10, () =>
      registry.repositoryNames(system, { after: 'org5', limit: 100 }),
    ),
    await row('100 repository names, reader of 10,000', 10, () => registry.repositoryNames(reader, { limit: 100 })),
    await row('100 repositories as the console lists them, reader', 10, () =>
      registry.repositories(reader, { limit: 100 }),
    ),
    await row('count of repositories, reader', 250, () => registry.countRepositories(reader)),
    await row('a manifest by its tag, with repository and rights', 1, async () => {
      const found = await registry.repository(reader, 'org0/repository0' as RepositoryName);
      if (found) await registry.manifest(found, { tag: 'v77777' as Tag });
    }),
  ];
}
