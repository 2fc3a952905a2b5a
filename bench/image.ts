import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type TarItem, tarOf } from '../test/archives.ts';
import { type ChildServer, startChildServer } from '../test/child-server.ts';
import { ADMIN_PASSWORD, basic } from '../test/server.ts';
import { slimLayer } from './analysis.ts';
import { type BenchRow, type BenchTable, median } from './table.ts';

const run_ = promisify(execFile);
const RUNS = 3;
const KNOWN_RUNS = 9;
const REPOSITORY = 'bench/large';
const headers = { authorization: basic('admin', ADMIN_PASSWORD) };

interface Layer {
  readonly file: string;
  readonly digest: string;
  readonly size: number;
}

/** Shared libraries of real machine code: pieces of Node's own program, 1 MB each. */
function libraries(count: number): Buffer {
  const program = readFileSync(process.execPath);
  const piece = 1_000_000;
  const items: TarItem[] = Array.from({ length: count }, (_, at) => {
    const from = (at * piece) % (program.length - piece);
    const content = Buffer.concat([Buffer.from('\x7fELF\0'), program.subarray(from, from + piece)]);
    return { path: `usr/lib/x86_64-linux-gnu/lib${at}.so.1`, content, mode: 0o755 };
  });
  return tarOf(items);
}

/** The layers of an image of the class of node: a small Debian, libraries, then Node with the packages of this checkout. */
async function layersIn(folder: string): Promise<{ layers: Layer[]; unpacked: number }> {
  const base = slimLayer();
  const system = libraries(440);
  writeFileSync(join(folder, 'base.tar.gz'), gzipSync(base));
  writeFileSync(join(folder, 'system.tar.gz'), gzipSync(system));
  await run_('tar', ['-chf', join(folder, 'app.tar'), 'node_modules']);
  const app = statSync(join(folder, 'app.tar')).size;
  await run_('gzip', [join(folder, 'app.tar')]);
  const layers = ['base.tar.gz', 'system.tar.gz', 'app.tar.gz'].map((name) => layerOf(join(folder, name)));
  return { layers, unpacked: base.length + system.length + app };
}

function layerOf(file: string): Layer {
  const bytes = readFileSync(file);
  return { file, digest: sha256(bytes), size: bytes.length };
}

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function putBlob(server: ChildServer, digest: string, body: Blob | Buffer): Promise<void> {
  const at = `${server.url}/v2/${REPOSITORY}/blobs/uploads/`;
  const begun = await fetch(at, { method: 'POST', headers });
  const location = new URL(begun.headers.get('location') ?? '', server.url);
  location.searchParams.set('digest', digest);
  const done = await fetch(location, { method: 'PUT', headers, body });
  if (done.status !== 201) throw new Error(`blob: ${done.status} ${await done.text()}`);
}

/** Pushes the manifest over layers that are there, and waits until its findings can be read; in seconds. */
async function untilAnalysed(server: ChildServer, layers: readonly Omit<Layer, 'file'>[]): Promise<number> {
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, word: randomBytes(8) }));
  await putBlob(server, sha256(config), config);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(config), size: config.length },
    layers: layers.map(({ digest, size }) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest,
      size,
    })),
  });
  const digest = sha256(Buffer.from(manifest));
  const startedAt = performance.now();
  const put = await fetch(`${server.url}/v2/${REPOSITORY}/manifests/${digest}`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: manifest,
  });
  if (put.status !== 201) throw new Error(`manifest: ${put.status} ${await put.text()}`);
  const path = `/api/v1/repositories/${encodeURIComponent(REPOSITORY)}/images/${digest}/observations`;
  while (!(await fetch(server.url + path, { headers })).ok) await pause(15);
  return (performance.now() - startedAt) / 1000;
}

/** Watches the most that the server and any one of its analysis processes ever held in memory, in MB. */
function memoryOf(server: ChildServer): { stop(): { server: number; analysis: number } } {
  const most = { server: 0, analysis: 0 };
  const pid = server.process.pid ?? 0;
  const peak = (of: number | string) => {
    const path = `/proc/${of}/status`;
    try {
      return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(path, 'utf8'))?.[1] ?? 0) / 1000;
    } catch {
      return 0;
    }
  };
  const look = () => {
    most.server = Math.max(most.server, peak(pid));
    for (const file of globSync(`/proc/${pid}/task/*/children`))
      for (const child of existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ') : [])
        if (child !== '') most.analysis = Math.max(most.analysis, peak(child));
  };
  const timer = setInterval(look, 25);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return most;
    },
  };
}

/** Small layers one after the other, each in an image of its own over layers that are known; in seconds. */
async function knownBase(server: ChildServer, layers: readonly Layer[]): Promise<number[]> {
  const times: number[] = [];
  while (times.length < KNOWN_RUNS) {
    const path = `srv/app-${times.length}/main.js`;
    const own = gzipSync(tarOf([{ path, content: randomBytes(20_000).toString('base64') }]));
    const layer = { digest: sha256(own), size: own.length };
    await putBlob(server, layer.digest, own);
    times.push(await untilAnalysed(server, [...layers, layer]));
  }
  return times;
}

/** First analysis of an image of 1 GB by the whole server, and of one whose base it knows. */
export async function run(): Promise<BenchTable> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-image-'));
  try {
    await run_(process.execPath, ['build/build.ts']);
    const { layers, unpacked } = await layersIn(folder);
    const first: number[] = [];
    const known: number[] = [];
    const most = { server: 0, analysis: 0 };
    for (let run = 0; run < RUNS; run++) {
      const data = join(folder, `data-${run}`);
      const server = await startChildServer(data, {}, [], 'dist/main.js');
      try {
        for (const { digest, file, size } of layers)
          await putBlob(server, digest, new Blob([readFileSync(file)]).slice(0, size));
        const memory = memoryOf(server);
        first.push(await untilAnalysed(server, layers));
        const held = memory.stop();
        most.server = Math.max(most.server, held.server);
        most.analysis = Math.max(most.analysis, held.analysis);
        if (run === 0) known.push(...(await knownBase(server, layers)));
      } finally {
        await server.stop();
      }
      rmSync(data, { recursive: true });
    }
    const packed = layers.reduce((sum, { size }) => sum + size, 0);
    return {
      title: 'Analysis of an image of 1 GB',
      notes: [
        `${(unpacked / 1e6).toFixed(0)} MB unpacked, ${(packed / 1e6).toFixed(0)} MB gzip, ${layers.length} layers: a small Debian, shared libraries, Node with the packages of this checkout.`,
        'By the whole built server (`npm run build`), over HTTP: from the push of the manifest until its findings can be read. The base counts as known when its layers were analysed for another image.',
      ],
      rows: [
        row('first analysis', 's', median(first), '≤ 6 s', (value) => value <= 6, RUNS),
        row('memory of the server meanwhile, at most', 'MB', most.server, '≤ 350 MB', (value) => value <= 350, RUNS),
        row('memory of one analysis process, at most', 'MB', most.analysis, '≤ 350 MB', (value) => value <= 350, RUNS),
        row(
          'a new layer of 27 kB on the known base',
          'ms',
          median(known) * 1000,
          '≤ 150 ms',
          (value) => value <= 150,
          KNOWN_RUNS,
        ),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row(
  what: string,
  unit: string,
  assay: number,
  budget: string,
  met: (value: number) => boolean,
  runs: number,
): BenchRow {
  return { what, unit, assay, budget, met: met(assay), runs };
}
