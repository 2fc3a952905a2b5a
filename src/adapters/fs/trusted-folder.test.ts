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
