import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { assay, dockerRegistry, type Peer } from './registry-peers.ts';
import { type BenchRow, type BenchTable, median } from './table.ts';

const run_ = promisify(execFile);
const REPOSITORY = 'library/bench';
const LARGE = 170 * 1000 * 1000;
const RUNS = 5;

interface Figures {
  readonly put: number;
  readonly get: number;
  readonly small: number;
  readonly manifest: number;
  readonly p99: number;
}

function headersOf(peer: Peer): Record<string, string> {
  return peer.authorization === undefined ? {} : { Authorization: peer.authorization };
}

async function begin(peer: Peer): Promise<string> {
  const answer = await fetch(`${peer.url}/v2/${REPOSITORY}/blobs/uploads/`, {
    method: 'POST',
    headers: headersOf(peer),
  });
  const location = answer.headers.get('location') ?? '';
  return location.startsWith('http') ? location : peer.url + location;
}

/** curl is the client of the large transfers: neutral, and faster than either side. */
async function curl(peer: Peer, args: readonly string[]): Promise<number> {
  const header = peer.authorization === undefined ? [] : ['-H', `Authorization: ${peer.authorization}`];
  const { stdout } = await run_('curl', ['-s', '-f', '-o', '/dev/null', '-w', '%{time_total}', ...header, ...args]);
  return Number(stdout);
}

async function putLarge(peer: Peer, file: string): Promise<{ seconds: number; digest: string }> {
  const content = readFileSync(file);
  randomBytes(64).copy(content);
  writeFileSync(file, content);
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  const location = await begin(peer);
  const seconds = await curl(peer, [
    '-X',
    'PUT',
    '-H',
    'Expect:',
    '-H',
    'Content-Type: application/octet-stream',
    '-T',
    file,
    `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`,
  ]);
  return { seconds, digest };
}

function send(
  peer: Peer,
  agent: Agent,
  method: string,
  url: string,
  body: Buffer,
): Promise<{ status: number; location: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method,
        agent,
        headers: { ...headersOf(peer), 'Content-Length': body.length, 'Content-Type': 'application/octet-stream' },
      },
      (response) => {
        response.resume();
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? '' }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Blobs of 1 to 8 KB by POST and PUT, from 16 clients; blobs a second. */
async function smallBlobs(peer: Peer, count: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const startedAt = performance.now();
  let left = count;
  const client = async () => {
    while (left-- > 0) {
      const content = randomBytes(1000 + Math.floor(Math.random() * 7000));
      const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
      const { location } = await send(
        peer,
        agent,
        'POST',
        `${peer.url}/v2/${REPOSITORY}/blobs/uploads/`,
        Buffer.alloc(0),
      );
      const target = location.startsWith('http') ? location : peer.url + location;
      const { status } = await send(
        peer,
        agent,
        'PUT',
        `${target}${target.includes('?') ? '&' : '?'}digest=${digest}`,
        content,
      );
      if (status !== 201) throw new Error(`${peer.name} answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, client));
  agent.destroy();
  return count / ((performance.now() - startedAt) / 1000);
}

async function pushManifest(peer: Peer): Promise<void> {
  const agent = new Agent();
  const put = async (content: Buffer) => {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const location = await begin(peer);
    await send(peer, agent, 'PUT', `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`, content);
    return { digest, size: content.length };
  };
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    ...(await put(
      Buffer.from(
        '{"architecture":"amd64","os":"linux","created":"2026-01-01T00:00:00Z","config":{"User":"1000"},"rootfs":{"type":"layers","diff_ids":[]}}',
      ),
    )),
  };
  const layers = [];
  for (let at = 0; at < 8; at++)
    layers.push({ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...(await put(randomBytes(100))) });
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const answer = await fetch(`${peer.url}/v2/${REPOSITORY}/manifests/bench`, {
    method: 'PUT',
    headers: { ...headersOf(peer), 'Content-Type': type },
    body: JSON.stringify({ schemaVersion: 2, mediaType: type, config, layers }),
  });
  if (answer.status !== 201) throw new Error(`${peer.name} answered ${answer.status} to the manifest`);
}

/** wrk with 32 connections on a manifest by tag: requests a second and the 99th percentile in ms. */
async function manifests(peer: Peer): Promise<{ rate: number; p99: number }> {
  const header = peer.reader === undefined ? [] : ['-H', `Authorization: ${peer.reader}`];
  const accept = ['-H', 'Accept: application/vnd.oci.image.manifest.v1+json'];
  const { stdout } = await run_('wrk', [
    '-t1',
    '-c32',
    '-d3s',
    '--latency',
    ...header,
    ...accept,
    `${peer.url}/v2/${REPOSITORY}/manifests/bench`,
  ]);
  if (/Non-2xx/.test(stdout)) throw new Error(`${peer.name}: not every answer was good`);
  const p99 = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout);
  const scale = p99?.[2] === 'us' ? 0.001 : p99?.[2] === 's' ? 1000 : 1;
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]), p99: Number(p99?.[1]) * scale };
}

async function measure(peer: Peer, file: string): Promise<Figures> {
  const large = await putLarge(peer, file);
  const get = await curl(peer, [`${peer.url}/v2/${REPOSITORY}/blobs/${large.digest}`]);
  const small = await smallBlobs(peer, 600);
  const { rate, p99 } = await manifests(peer);
  return { put: LARGE / 1e6 / large.seconds, get: LARGE / 1e6 / get, small, manifest: rate, p99 };
}

/** Both registries in turn, run by run, so that what disturbs the machine disturbs both. */
export async function run(): Promise<BenchTable> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  const file = join(folder, 'large');
  writeFileSync(file, randomBytes(LARGE));
  await using ours = await assay(5391, REPOSITORY);
  await using theirs = await dockerRegistry(5392);
  const figures: { assay: Figures[]; peer: Figures[] } = { assay: [], peer: [] };
  for (const peer of [ours, theirs]) await pushManifest(peer);
  for (let turn = 0; turn < RUNS; turn++) {
    figures.assay.push(await measure(ours, file));
    figures.peer.push(await measure(theirs, file));
  }
  const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${ours.pid}/status`, 'utf8'))?.[1]) / 1024;
  rmSync(folder, { recursive: true });
  const row = (what: string, unit: string, key: keyof Figures, least: number): BenchRow => {
    const mine = median(figures.assay.map((each) => each[key]));
    const peer = median(figures.peer.map((each) => each[key]));
    return { what, unit, assay: mine, peer, budget: `≥ ${least}×`, met: mine >= least * peer, runs: RUNS };
  };
  const p99 = median(figures.assay.map((each) => each.p99));
  return {
    title: 'Registry, against docker-registry of Debian in the same run',
    notes: [
      'Assay with authorisation (bearer token) and every write durable; docker-registry open, on the file system.',
      'Large blobs by curl, small blobs by 16 Node clients (POST and PUT), manifests by wrk with 32 connections, as a reader whose pulls an enforced policy judges.',
    ],
    rows: [
      row('blob of 170 MB, PUT', 'MB/s', 'put', 1.2),
      row('blob of 170 MB, GET', 'MB/s', 'get', 1.2),
      row('blobs of 1 to 8 KB, durable PUT, 16 clients', '/s', 'small', 4),
      row('manifest GET by tag, 32 connections', '/s', 'manifest', 8),
      {
        what: 'manifest GET, 99th percentile',
        unit: 'ms',
        assay: p99,
        peer: median(figures.peer.map((each) => each.p99)),
        budget: '< 10 ms',
        met: p99 < 10,
        runs: RUNS,
      },
      {
        what: 'memory after this load',
        unit: 'MB',
        assay: resident,
        budget: '≤ 350 MB',
        met: resident <= 350,
        runs: 1,
      },
    ],
  };
}
