import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { seeded, tarOf, type TarItem } from '../../../test/archives.ts';
import { isAssayError } from '../../lib/error.ts';
import { analysers } from '../inventory/analysers.ts';
import { bytesInMemory, LayerArtefact, writeArtefact } from './layer-artefact.ts';
import { fromColumns, toColumns } from './file-columns.ts';
import type { LayerContents } from './layer-contents.ts';
import { LayerReader } from './layer-reader.ts';

function contentsOf(items: readonly TarItem[], chunk = 700): LayerContents {
  const reader = new LayerReader(analysers);
  const tar = tarOf(items);
  for (let at = 0; at < tar.length; at += chunk) reader.write(tar.subarray(at, at + chunk));
  return reader.finish({ diffId: `sha256:${'0'.repeat(64)}`, uncompressedSize: tar.length });
}

const sum = (text: string) => hash('sha256', text, 'hex');

void test('every path of a layer, with the digest of its bytes however they came, the last of two with one name', () => {
  const items: TarItem[] = [
    { path: 'b', content: 'x'.repeat(5000), mode: 0o4755 },
    { path: 'a/', type: '5' },
    { path: 'a/link', type: '2', link: '../b' },
    { path: 'a/hard', type: '1', link: 'b' },
    { path: 'twice', content: '1' },
    { path: 'twice', content: '22' },
    { path: 'empty', content: '' },
    { path: 'c/.wh.gone', content: '' },
    { path: 'd/.wh..wh..opq', content: '' },
  ];
  for (const chunk of [1, 511, 700, 100_000])
    assert.deepEqual(
      contentsOf(items, chunk).files.files.map((each) => [each.path, each.type, each.size, each.sha256, each.link]),
      [
        ['a', 'directory', 0, undefined, undefined],
        ['a/hard', 'hardlink', 0, undefined, 'b'],
        ['a/link', 'symlink', 0, undefined, '../b'],
        ['b', 'file', 5000, sum('x'.repeat(5000)), undefined],
        ['c/gone', 'whiteout', 0, undefined, undefined],
        ['d', 'opaque', 0, undefined, undefined],
        ['empty', 'file', 0, sum(''), undefined],
        ['twice', 'file', 2, sum('22'), undefined],
      ],
    );
  assert.equal(contentsOf(items).files.files.find((each) => each.path === 'b')?.mode, 0o4755);
});

void test('an artefact gives back what was put in, page by page and by prefix', async () => {
  const contents = contentsOf([]);
  const files = Array.from({ length: 10_000 }, (_, n) => ({
    path: `d${String(n % 10)}/${String(n).padStart(5, '0')}`,
    type: 'file' as const,
    size: n,
    mode: 0o644,
    uid: 0,
    gid: 7,
    sha256: sum(String(n)),
  })).sort((a, b) => (a.path < b.path ? -1 : 1));
  const bytes = await writeArtefact({ inventory: contents.inventory, files: { files, cut: false } });
  const artefact = await LayerArtefact.open(bytesInMemory(bytes));
  assert.deepEqual(await artefact.contents(), { inventory: contents.inventory, files: { files, cut: false } });
  for (const prefix of ['', 'd3', 'd9/', 'nothing']) {
    const found = [];
    for (let after: string | undefined; ; ) {
      const page = await artefact.files({ after, prefix, limit: 333 });
      found.push(...page);
      if (page.length < 333) break;
      after = page.at(-1)?.path;
    }
    assert.deepEqual(
      found,
      files.filter((each) => each.path.startsWith(prefix)),
    );
  }
});

void test('damaged artefacts and columns give coded errors', async () => {
  const contents = contentsOf([
    { path: 'a', content: 'x' },
    { path: 'b', type: '2', link: 'a' },
  ]);
  const good = Buffer.from(await writeArtefact(contents));
  const random = seeded(7);
  for (let round = 0; round < 300; round++) {
    const bad = Buffer.from(round % 2 ? good : good.subarray(0, Math.floor(random() * good.length)));
    if (bad.length > 0) bad[Math.floor(random() * bad.length)] = Math.floor(random() * 256);
    await LayerArtefact.open(bytesInMemory(bad)).then(
      (artefact) => artefact.contents().catch((error: unknown) => assert.ok(isAssayError(error), String(error))),
      (error: unknown) => assert.ok(isAssayError(error), String(error)),
    );
  }
  const columns = toColumns(contents.files.files);
  for (const bad of [
    null,
    {},
    { ...columns, types: '9' },
    { ...columns, sizes: [-1, 0] },
    { ...columns, sha256: columns.sha256.slice(1) },
    { ...columns, types: ':0' },
    { ...columns, links: null },
  ])
    assert.throws(
      () => fromColumns(bad),
      (error) => isAssayError(error, 'analysis-failed'),
    );
});
