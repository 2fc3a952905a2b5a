import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { NotaryKey } from '../src/trust/tuf/notary/key.ts';
import { craft, craftKey, rootKey, rootOf, target, targetsOf } from '../test/notary-craft.ts';
import { assay } from './registry-peers.ts';
import { type BenchRow, type BenchTable, median } from './table.ts';

const PORT = 25_610;
const PEER_PORT = 25_611;
const GUN = 'bench/app';
const PUBLISHES = 15;
const OWNERS = 16;
const READ_SECONDS = 5;
const execute = promisify(execFile);

interface TrustPeer extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly authorization: string | undefined;
}

/** notary-server as its documentation runs it for tests: memory storage, signer inside, TLS, without authorisation. */
async function notaryServer(): Promise<TrustPeer> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-notary-'));
  const pem = (name: string) => join(folder, `${name}.pem`);
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      pem('key'),
      '-out',
      pem('cert'),
      '-subj',
      '/CN=127.0.0.1',
    ],
    { stdio: 'ignore' },
  );
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({
      server: { http_addr: `127.0.0.1:${PEER_PORT}`, tls_cert_file: pem('cert'), tls_key_file: pem('key') },
      trust_service: { type: 'local', hostname: '', port: '', key_algorithm: 'ecdsa' },
      storage: { backend: 'memory' },
      logging: { level: 'error' },
    }),
  );
  const child = spawn('notary-server', ['-config', join(folder, 'config.json')], { stdio: 'ignore' });
  const url = `https://127.0.0.1:${PEER_PORT}`;
  const peer: TrustPeer = {
    name: 'notary-server (memory)',
    url,
    authorization: undefined,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  for (let waited = 0; waited < 100; waited++) {
    const up = await send(peer, 'GET', '/v2/').then(
      () => true,
      () => false,
    );
    if (up) return peer;
    await pause(50);
  }
  throw new Error('notary-server does not answer');
}

const agent = new Agent({ keepAlive: true, rejectUnauthorized: false, maxSockets: 16 });

function send(
  peer: TrustPeer,
  method: string,
  path: string,
  body?: { type: string; bytes: Buffer },
): Promise<{ status: number; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(peer.authorization !== undefined && { authorization: peer.authorization }),
      ...(body && { 'content-type': body.type, 'content-length': body.bytes.length }),
    };
    const asked = httpsRequest(new URL(path, peer.url), { method, agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, bytes: Buffer.concat(chunks) }));
      answer.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body?.bytes);
  });
}

function form(parts: readonly (readonly [role: string, raw: Uint8Array])[]): { type: string; bytes: Buffer } {
  const chunks = parts.flatMap(([role, raw]) => [
    Buffer.from(
      `--b\r\nContent-Disposition: form-data; name="files"; filename="${role}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ),
    raw,
    Buffer.from('\r\n'),
  ]);
  return { type: 'multipart/form-data; boundary=b', bytes: Buffer.concat([...chunks, Buffer.from('--b--\r\n')]) };
}

async function key(peer: TrustPeer, gun: string, role: string): Promise<NotaryKey> {
  const { bytes } = await send(peer, 'GET', `/v2/${gun}/_trust/tuf/${role}.key`);
  const { keytype, keyval } = JSON.parse(bytes.toString()) as { keytype: string; keyval: { public: string } };
  return { keytype, keyval: { private: null, public: keyval.public } };
}

type Form = ReturnType<typeof form>;

/** Updates of a new collection with this many tags: the first with its root, the others of targets alone, as pushes are. */
async function updates(peer: TrustPeer, gun: string, tags: number, count: number): Promise<Form[]> {
  const targets = craftKey();
  const roles = {
    root: [await rootKey(gun)],
    targets: [targets],
    snapshot: await key(peer, gun, 'snapshot'),
    timestamp: await key(peer, gun, 'timestamp'),
  };
  const listed = Object.fromEntries(Array.from({ length: tags }, (_, index) => [`v${index}`, target(528)]));
  return Array.from({ length: count }, (_, index) => {
    const file = craft(targetsOf(index + 1, { targets: listed }), targets);
    if (index > 0) return form([['targets', file]]);
    return form([
      ['root', craft(rootOf(roles), roles.root[0]!)],
      ['targets', file],
    ]);
  });
}

async function post(peer: TrustPeer, gun: string, body: Form): Promise<void> {
  const { status, bytes } = await send(peer, 'POST', `/v2/${gun}/_trust/tuf/`, body);
  if (status !== 200) throw new Error(`${peer.name} refused a publish: ${bytes.toString()}`);
}

/** Milliseconds of each publish after the first, one after the other. */
async function publishes(peer: TrustPeer, gun: string, tags: number): Promise<number[]> {
  const times: number[] = [];
  for (const body of await updates(peer, gun, tags, PUBLISHES)) {
    const startedAt = performance.now();
    await post(peer, gun, body);
    times.push(performance.now() - startedAt);
  }
  return times.slice(1);
}

/** Publishes a second of so many owners at once, each to a collection of its own. */
async function together(peer: TrustPeer): Promise<number> {
  const owners = await Promise.all(
    Array.from({ length: OWNERS }, async (_, index) => {
      const gun = `${GUN}-of-${index}`;
      const [first, ...rest] = await updates(peer, gun, 10, PUBLISHES);
      if (first) await post(peer, gun, first);
      return { gun, rest };
    }),
  );
  const startedAt = performance.now();
  await Promise.all(
    owners.map(async ({ gun, rest }) => {
      for (const body of rest) await post(peer, gun, body);
    }),
  );
  return (OWNERS * (PUBLISHES - 1)) / ((performance.now() - startedAt) / 1000);
}

/** Requests a second by wrk with 16 connections over TLS. */
async function reads(peer: TrustPeer, path: string): Promise<number> {
  const header = peer.authorization === undefined ? [] : ['-H', `Authorization: ${peer.authorization}`];
  const { stdout } = await execute('wrk', ['-t1', '-c16', `-d${READ_SECONDS}s`, ...header, `${peer.url}${path}`]);
  if (/Non-2xx/.test(stdout)) throw new Error(`${peer.name} refused reads of ${path}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
}

async function overTls(): Promise<TrustPeer> {
  const peer = await assay(PORT, GUN);
  return {
    name: 'Assay',
    url: peer.url.replace('http:', 'https:'),
    authorization: `Basic ${Buffer.from('admin:correct-horse-9').toString('base64')}`,
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}

/** A token for reading, as clients have one. */
async function withToken(peer: TrustPeer): Promise<TrustPeer> {
  const { bytes } = await send(peer, 'GET', `/token?service=127.0.0.1:${PORT}&scope=repository:${GUN}1:pull`);
  const { token } = JSON.parse(bytes.toString()) as { token: string };
  return { ...peer, authorization: `Bearer ${token}` };
}

/** The trust server against notary-server in the same run, both over TLS on loopback. */
export async function run(): Promise<BenchTable> {
  await using ours = await overTls();
  await using theirs = await notaryServer();
  const rows: BenchRow[] = [];
  for (const tags of [1, 100, 10_000]) {
    const measured = new Map<TrustPeer, number>();
    for (const peer of [ours, theirs]) measured.set(peer, median(await publishes(peer, `${GUN}${tags}`, tags)));
    const [own, peer] = [measured.get(ours)!, measured.get(theirs)!];
    rows.push({
      what: `publish of targets with ${tags.toLocaleString('en')} tags`,
      unit: '/s',
      assay: 1000 / own,
      peer: 1000 / peer,
      budget: '≥ 4×',
      met: peer / own >= 4,
      runs: PUBLISHES - 1,
    });
  }
  const [ownTogether, peerTogether] = [await together(ours), await together(theirs)];
  rows.push({
    what: `publishes of ${OWNERS} owners at once, 10 tags each`,
    unit: '/s',
    assay: ownTogether,
    peer: peerTogether,
    budget: '≥ 4×',
    met: ownTogether / peerTogether >= 4,
    runs: 1,
  });
  const reader = await withToken(ours);
  for (const name of ['timestamp.json', 'root.json']) {
    const own = await reads(reader, `/v2/${GUN}1/_trust/tuf/${name}`);
    const peer = await reads(theirs, `/v2/${GUN}1/_trust/tuf/${name}`);
    rows.push({
      what: `reads of ${name}`,
      unit: 'requests/s',
      assay: own,
      peer,
      budget: '≥ 4×',
      met: own / peer >= 4,
      runs: 1,
    });
  }
  agent.destroy();
  return {
    title: 'Trust server',
    notes: [
      'notary-server 0.7.0 keeps everything in memory and asks nobody who they are; Assay writes each publish durably, in its signing service’s process too, and checks a token for each read.',
      `Both over TLS on loopback. Publishes one after the other, median of ${PUBLISHES - 1}; reads by wrk with 16 connections for ${READ_SECONDS} s.`,
    ],
    rows,
  };
}
