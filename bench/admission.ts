import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { startChildServer } from '../test/child-server.ts';
import { dpkgStatus, OS_RELEASE, pushImage } from '../test/e2e/console-data.ts';
import { ADMIN_PASSWORD, basic, startServer } from '../test/server.ts';
import type { BenchTable } from './table.ts';

const REPOSITORIES = 1000;
const IMAGES = 10_000;
const POLICIES = 1000;
const PER_FILE = 100;
const RATE = 200;
const SECONDS = 20;
const CONTAINERS = 3;
/** Reviews that are asked one after the other before anything is known. */
const COLD = 100;
/** Images of one review that only warms up. */
const WARMED = 400;
const as = basic('admin', ADMIN_PASSWORD);
const TRACKER = JSON.stringify({
  openssl: {
    'CVE-2026-0001': { releases: { bookworm: { status: 'resolved', fixed_version: '3.0.2-1', urgency: 'high' } } },
  },
});

/** One real image, pushed and scanned; the rest are its likes, each with a manifest and an analysis of its own. */
async function seed(directory: string): Promise<void> {
  {
    await using server = await startServer({ dataDirectory: directory });
    const layers = [{ instruction: 'COPY . /', files: [OS_RELEASE, dpkgStatus([['openssl', '3.0.9-1']])] }];
    await pushImage(server, { repository: 'shop/first', tag: '1', layers, config: { User: '1000' } });
    const advisories = { method: 'POST', body: TRACKER, headers: { 'content-type': 'application/octet-stream' } };
    await server.fetch('/api/v1/advisories?name=debian.json', advisories);
    for (let waited = 0; waited < 20_000; waited += 100) {
      if ((await server.fetch('/api/v1/repositories/shop%2Ffirst/images/1/observations')).ok) break;
      await pause(100);
    }
  }
  const db = new DatabaseSync(join(directory, 'assay.sqlite'), { enableForeignKeyConstraints: false });
  const first = db.prepare('select * from manifests').get() as Record<string, string | number | Uint8Array>;
  const raw = JSON.parse(Buffer.from(first['raw'] as Uint8Array).toString()) as object;
  const target = db.prepare('select * from repositories').get() as Record<string, string | number>;
  const clone = (table: string, manifest: string) => {
    const row = db.prepare(`select * from ${table} where manifest = ?`).get(first['digest'] as string) as Record<
      string,
      string | number | null
    >;
    const names = Object.keys(row);
    db.prepare(`insert into ${table} (${names.join()}) values (${names.map(() => '?').join()})`).run(
      ...names.map((name) => (name === 'manifest' ? manifest : row[name]!)),
    );
  };
  const insert = (table: string, row: Record<string, string | number | Uint8Array | null>) => {
    const names = Object.keys(row);
    db.prepare(`insert into ${table} (${names.join()}) values (${names.map(() => '?').join()})`).run(
      ...Object.values(row),
    );
  };
  db.exec('pragma synchronous = off; begin');
  const config = db.prepare("select target from manifest_references where kind = 'config'").get();
  const links = db.prepare('select * from repository_blobs').all() as Record<string, string | number>[];
  for (let n = 0; n < REPOSITORIES; n++) {
    insert('repositories', { ...target, id: `r${n}`, name: `shop/app-${n}` });
    for (const link of links) insert('repository_blobs', { ...link, repository_id: `r${n}` });
  }
  for (let n = 0; n < IMAGES; n++) {
    const bytes = Buffer.from(JSON.stringify({ ...raw, annotations: { n: String(n) } }));
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const repository_id = `r${n % REPOSITORIES}`;
    insert('manifests', { ...(first as Record<string, string | number>), digest, raw: bytes, size: bytes.length });
    insert('repository_manifests', { repository_id, digest, subject: null, pushed_at: 1, pushed_by: 'x' });
    insert('manifest_references', {
      manifest: digest,
      target: String(config?.['target']),
      kind: 'config',
      position: 0,
    });
    insert('tags', {
      repository_id,
      name: `v${Math.floor(n / REPOSITORIES)}`,
      digest,
      updated_at: 1,
      updated_by: 'x',
      moves: 0,
    });
    for (const table of ['image_analyses', 'image_judgements', 'image_packages']) clone(table, digest);
  }
  db.exec('commit; analyze');
  db.close();
}

function policiesOf(file: number): string {
  return Array.from({ length: PER_FILE }, (_, at) => {
    const n = file * PER_FILE + at;
    // Each repository has one of its own; ten rule everywhere.
    const scope = n < 10 ? 'shop/**' : `shop/app-${n}`;
    return `policy: p-${n}\norganisation: shop\nmode: enforce\ngates: [deploy]\nrepositories: ["${scope}"]\nrules:\n  - user: not-root\n  - scanned: {}\n  - vulnerabilities: { atLeast: high, fixable: true }\n`;
  }).join('---\n');
}

interface Load {
  readonly times: number[];
  readonly cold: number[];
  readonly refused: number;
  /** Processor time of the server for a review, in milliseconds. */
  readonly work: number;
}

/** 200 reviews a second over TLS, each of a Pod with three images, whether the last was answered or not. */
async function load(url: string, host: string, ca: string, spent: () => number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: 50, ca });
  const times: number[] = [];
  let refused = 0;
  const one = (n: number) =>
    ask(
      n,
      Array.from({ length: CONTAINERS }, (_, at) => (n * 7919 + at * 104_729) % IMAGES),
    );
  const warm = async (from: number) => {
    await ask(
      from,
      Array.from({ length: WARMED }, (_, at) => from + at),
    );
    times.pop();
  };
  const ask = (n: number, images: readonly number[]) => {
    const containers = images.map((image, at) => ({
      name: `c${at}`,
      image: `${host}/shop/app-${image % REPOSITORIES}:v${Math.floor(image / REPOSITORIES)}`,
    }));
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers } };
    const kind = { group: '', version: 'v1', kind: 'Pod' };
    const body = JSON.stringify({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: { uid: String(n), kind, operation: 'CREATE', object },
    });
    const startedAt = performance.now();
    return new Promise<void>((resolve, reject) => {
      const headers = {
        authorization: as,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      };
      const call = request(`${url}/admission/validate`, { method: 'POST', agent, headers }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => {
          times.push(performance.now() - startedAt);
          if (!text.includes('"allowed":true')) refused++;
          resolve();
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  };
  const cold: number[] = [];
  // Each image once, as a cluster has it that was started: then what is measured is a day, not a first minute.
  for (let n = 0; n < COLD; n++) await one(n);
  cold.push(...times.splice(0));
  for (let at = 0; at < IMAGES; at += WARMED) await warm(at);
  const before = spent();
  const waiting: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let n = 0; n < RATE * SECONDS; n++) {
    const due = startedAt + (n * 1000) / RATE;
    const early = due - performance.now();
    if (early > 1) await pause(early);
    waiting.push(one(n));
  }
  await Promise.all(waiting);
  agent.destroy();
  return { times, cold, refused, work: (spent() - before) / (RATE * SECONDS) };
}

/** Milliseconds of processor time that a process has used (proc(5), stat: utime and stime in hundredths of a second). */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The admission webhook under the load that its budget names. */
export async function run(): Promise<BenchTable> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-admission-'));
  try {
    await seed(folder);
    const server = await startChildServer(folder);
    for (let file = 0; file < POLICIES / PER_FILE; file++) {
      const answer = await fetch(`${server.url}/api/v1/policies`, {
        method: 'PUT',
        headers: { authorization: as, 'content-type': 'application/json' },
        body: JSON.stringify({ text: policiesOf(file) }),
      });
      if (!answer.ok) throw new Error(await answer.text());
    }
    const { host } = new URL(server.url);
    const ca = readFileSync(join(folder, 'tls', 'ca.crt'), 'utf8');
    const { times, cold, refused, work } = await load(server.url.replace('http:', 'https:'), host, ca, () =>
      processorTime(server.process.pid ?? 0),
    );
    await server.stop();
    const at = (some: number[], share: number) => some.sort((a, b) => a - b)[Math.floor(some.length * share)] ?? NaN;
    const [p50, p99, first] = [at(times, 0.5), at(times, 0.99), at(cold, 0.99)];
    return {
      title: `Admission: ${RATE} reviews a second over TLS, ${CONTAINERS} images each, 1,000 policies, 10,000 images`,
      notes: [
        `${times.length} reviews in ${SECONDS} s from another process on the same machine, each image judged once before; ${refused} refused; ${work.toFixed(2)} ms of processor time of the server for each.`,
      ],
      rows: [
        { what: 'review answered, p50', unit: 'ms', assay: p50, budget: '≤ 5 ms', met: p50 <= 5, runs: 1 },
        { what: 'review answered, p99', unit: 'ms', assay: p99, budget: '≤ 50 ms', met: p99 <= 50, runs: 1 },
        {
          what: 'first review of images never judged, p99',
          unit: 'ms',
          assay: first,
          budget: '≤ 300 ms',
          met: first <= 300,
          runs: 1,
        },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
