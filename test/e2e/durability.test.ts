import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChildServer } from '../child-server.ts';
import { RegistryClient } from '../registry-client.ts';
import { bytes, layeredImage } from '../registry-house.ts';
import { ADMIN_PASSWORD } from '../server.ts';
import { readTrace, type TracedCall } from '../trace.ts';

const CALLS = 'fsync,fdatasync,rename,renameat,renameat2,write,writev,sendto,sendmsg,pwrite64,pwritev,unlink';

/** The answer of the nth request that says this status, as its first byte leaves the server. */
function answers(calls: readonly TracedCall[], status: string): TracedCall[] {
  return calls.filter(
    (call) => /^(?:write|writev|sendto|sendmsg)$/.test(call.name) && call.args.includes(`HTTP/1.1 ${status}`),
  );
}

/** Asserts that every call of `order` ended before the next one began, the last one before the answer; names them. */
function inOrder(calls: readonly TracedCall[], after: number, answer: TracedCall, order: readonly Step[]): string[] {
  let from = after;
  const seen: string[] = [];
  for (const step of order) {
    const found = calls.find(
      (call) =>
        call.startedAt >= from &&
        call.startedAt < answer.startedAt &&
        step.names.test(call.name) &&
        step.file.test(call.args),
    );
    assert.ok(found, `no ${step.title} between ${seen.at(-1) ?? 'the request'} and the first byte of the answer`);
    assert.match(found.result, /^\d+/, `${step.title} succeeded`);
    assert.ok(found.endedAt <= answer.startedAt, `${step.title} ended before the answer began`);
    from = found.endedAt;
    seen.push(step.title);
  }
  return seen;
}

interface Step {
  readonly title: string;
  readonly names: RegExp;
  readonly file: RegExp;
}

const data: Step = { title: 'sync of the data', names: /^f(?:data)?sync$/, file: /\/uploads\/[0-9a-f]{40}>/ };
const renamed: Step = { title: 'rename', names: /^rename/, file: /\/uploads\/[0-9a-f]{40}", .*\/blobs\/[0-9a-f]{2}\// };
const directory: Step = { title: 'sync of the directory', names: /^f(?:data)?sync$/, file: /\/blobs\/[0-9a-f]{2}>/ };
const logged: Step = { title: 'write to the log of the database', names: /^pwrite/, file: /assay\.sqlite-wal>/ };
const committed: Step = { title: 'sync of the log', names: /^f(?:data)?sync$/, file: /assay\.sqlite-wal>/ };

test('data, name, directory and database are on disk, in this order, before the first byte of a 2xx', async (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'assay-strace-')));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const trace = join(folder, 'trace');
  const server = await startChildServer(join(folder, 'data'), {}, [
    'strace',
    '-f',
    '-qq',
    '-y',
    '-ttt',
    '-s',
    '64',
    '-o',
    trace,
    '-e',
    `trace=${CALLS}`,
  ]);
  t.after(() => server.kill().catch(() => undefined));
  const client = new RegistryClient(server.url, 'admin', ADMIN_PASSWORD);
  await client.pushBlob('library/app', bytes('makes the repository'), 'monolithic');
  const moments: Record<string, number> = {};
  const at = async (name: string, work: () => Promise<unknown>) => {
    await sleep(50);
    moments[name] = Date.now() * 1000;
    await work();
  };
  const image = layeredImage('app', ['y'.repeat(300_000)]);
  await at('single-post', () => client.pushBlob('library/app', image.config, 'single-post'));
  await at('chunked', () => client.pushBlob('library/app', image.layers[0]!, 'chunked'));
  await at('streamed', () => client.pushBlob('library/app', bytes('z'.repeat(200_000)), 'streamed'));
  await at('manifest', () => client.putManifest('library/app', 'latest', image));
  await at('delete', () => client.request('DELETE', '/v2/library/app/manifests/latest', [202]));
  assert.equal(await server.stop(), 0);

  const calls = readTrace(readFileSync(trace, 'utf8'));
  const answerAfter = (name: string, status: string) => {
    const found = answers(calls, status).find((call) => call.startedAt >= moments[name]!);
    assert.ok(found, `an answer ${status} to ${name}`);
    return found;
  };
  const blob = [data, renamed, directory, logged, committed];
  for (const form of ['single-post', 'chunked', 'streamed'])
    t.diagnostic(`${form}: ${inOrder(calls, moments[form]!, answerAfter(form, '201'), blob).join(' → ')} → 201`);
  const row = [logged, committed];
  t.diagnostic(
    `manifest: ${inOrder(calls, moments['manifest']!, answerAfter('manifest', '201'), row).join(' → ')} → 201`,
  );
  t.diagnostic(`delete: ${inOrder(calls, moments['delete']!, answerAfter('delete', '202'), row).join(' → ')} → 202`);
});
