import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAdvisorySets } from '../src/adapters/advisories/sqlite-sets.ts';
import { openSqlite } from '../src/adapters/sqlite/database.ts';
import { advisoryKeyOf } from '../src/content/findings/ecosystems.ts';
import { judge } from '../src/content/findings/judge.ts';
import type { InstalledPackage } from '../src/content/inventory/package.ts';
import { systemClock } from '../src/lib/clock.ts';
import { importFeed } from '../src/work/content/advisories.ts';
import type { AdvisorySets } from '../src/ports/advisory-sets.ts';
import type { Database } from '../src/ports/database.ts';
import { addRepository, manifestOf, pushImage } from '../test/contracts/records-fixture.ts';
import type { BenchRow, BenchTable } from './table.ts';

const IMAGES = 10_000;
const PACKAGES = 150;
const NAMES = 3000;
const distribution = { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' };

interface Parts {
  readonly database: Database;
  readonly advisories: AdvisorySets;
}

/** A tracker in which every source has five vulnerabilities; `round` moves the fix of `changed` of them. */
function tracker(round: number, changed: number): Uint8Array {
  const sources: Record<string, unknown> = {};
  for (let n = 0; n < NAMES; n++) {
    const cves: Record<string, unknown> = {};
    for (let cve = 0; cve < 5; cve++)
      cves[`CVE-2026-${10_000 + n * 5 + cve}`] = {
        releases: {
          bookworm: { status: 'resolved', fixed_version: `1.${cve}-${n < changed ? round : 1}`, urgency: 'medium' },
        },
      };
    sources[`source-${n}`] = cves;
  }
  return Buffer.from(JSON.stringify(sources));
}

async function load({ database, advisories }: Parts, bytes: Uint8Array) {
  async function* body() {
    yield bytes;
  }
  const feed = { fileName: 'data.json', body: body(), maxBytes: 1 << 30, reader: 'debian' };
  return importFeed({ database, advisories, clock: systemClock }, feed, 'bench');
}

function installed(image: number, position: number): InstalledPackage {
  const name = `source-${(image * 7 + position * 13) % NAMES}`;
  const version = `1.${(image + position) % 4}-0`;
  return {
    type: 'deb',
    name,
    version,
    purl: `pkg:deb/debian/${name}@${version}`,
    path: 'var/lib/dpkg/status',
    layer: 0,
  };
}

async function seed({ database, advisories }: Parts): Promise<void> {
  const set = advisories.current();
  const repository = await addRepository(database, 'library/bench');
  for (let image = 0; image < IMAGES; image++) {
    const pushed = manifestOf(`image-${image}`, []);
    await pushImage(database, repository, pushed);
    const manifest = pushed.digest;
    const packages = Array.from({ length: PACKAGES }, (_, position) => {
      const each = installed(image, position);
      const key = advisoryKeyOf(each, distribution)!;
      return {
        package: { id: hash('sha256', each.purl, 'hex').slice(0, 32), installed: each, key },
        findings: judge(key, set.lookUp),
      };
    });
    const analysis = {
      manifest,
      analyserVersion: '2',
      state: 'complete' as const,
      distribution,
      incomplete: [],
      analysedAt: Date.now(),
      durationMs: 1,
    };
    await database.change(({ content }) => content.putImage(analysis, packages, set.digest));
  }
}

/** Seeds stored images through Records, changes a feed and measures the new judgement, import included. No layer exists. */
export async function run(): Promise<BenchTable> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-rejudge-'));
  const database = await openSqlite(join(folder, 'assay.sqlite'), Date.now(), { afterUploadMs: 0, afterDeleteMs: 0 });
  const parts = { database, advisories: openAdvisorySets(join(folder, 'advisories')) };
  const rows: BenchRow[] = [];
  try {
    await load(parts, tracker(1, NAMES));
    await seed(parts);
    for (const changed of [1, 500, NAMES]) {
      const bytes = tracker(changed + 1, changed);
      const startedAt = performance.now();
      const { judgedPackages, changedImages } = await load(parts, bytes);
      const assay = (performance.now() - startedAt) / 1000;
      const what = `${changed} sources changed: ${judgedPackages} packages judged, ${changedImages} images changed`;
      rows.push({ what, unit: 's', assay, budget: '≤ 5 s', met: assay <= 5, runs: 1 });
    }
  } finally {
    parts.advisories.close();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    title: `New advisories over ${IMAGES} stored images of ${PACKAGES} packages`,
    notes: ['The import of the feed is part of the time; no layer is there to be read.'],
    rows,
  };
}
