import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isAssayError } from '../../lib/error.ts';
import { trustedFolder } from './trusted-folder.ts';

const folder = await mkdtemp(join(tmpdir(), 'assay-trusted-'));
after(() => rm(folder, { recursive: true, force: true }));

test('files are kept whole under names that stay inside the folder and apart from each other', async () => {
  const files = trustedFolder(join(folder, 'new'));
  assert.equal(await files.load('root'), undefined);
  await files.forget('root');
  const roles = ['root', 'targets/alice', '../root', 'Root', 'r%6fot', '?', '#', '.', '..', 'x'.repeat(400), 'ä'];
  for (const role of roles) await files.keep(role, Buffer.from(role));
  for (const role of roles) assert.equal(Buffer.from((await files.load(role))!).toString(), role);
  const names = await readdir(join(folder, 'new'));
  assert.equal(new Set(names.map((name) => name.toLowerCase())).size, roles.length);
  for (const name of names) assert.match(name, /^[^/\\]{1,210}\.json$/);
  assert.deepEqual(await readdir(folder), ['new']);
  await files.keep('root', Buffer.from('newer'));
  assert.equal(Buffer.from((await files.load('root'))!).toString(), 'newer');
  await files.forget('root');
  assert.equal(await files.load('root'), undefined);
});

test('a folder that cannot be written is a coded error', async () => {
  await writeFile(join(folder, 'file'), '');
  const files = trustedFolder(join(folder, 'file'));
  await assert.rejects(files.keep('root', Buffer.from('x')), (error) => isAssayError(error, 'storage-failed'));
});

test('of two updates at once the older file does not take the newer one away; a version that goes back on purpose does', async () => {
  const place = join(folder, 'two');
  const version = (number: number) => Buffer.from(JSON.stringify({ signed: { version: number } }));
  const [one, other] = [trustedFolder(place), trustedFolder(place)];
  await one.keep('timestamp', version(4));
  assert.deepEqual(await one.load('timestamp'), version(4));
  assert.deepEqual(await other.load('timestamp'), version(4));
  await other.keep('timestamp', version(6));
  await one.keep('timestamp', version(5));
  assert.deepEqual(await one.load('timestamp'), version(6));
  await one.keep('timestamp', version(7));
  assert.deepEqual(await other.load('timestamp'), version(7));
  // Recovery from a fast-forward attack starts anew from what this update has seen.
  await other.keep('timestamp', version(1));
  assert.deepEqual(await one.load('timestamp'), version(1));
});
