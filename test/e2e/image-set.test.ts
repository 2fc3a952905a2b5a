import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LayerReader } from '../../src/content/image/layer-reader.ts';
import { squash } from '../../src/content/image/squash.ts';
import { analysers } from '../../src/content/inventory/analysers.ts';
import type { InstalledPackage, LayerInventory } from '../../src/content/inventory/package.ts';
import { type BuiltImage, CACHE, type ImageFamily } from './image-set/built-image.ts';
import { debianImages } from './image-set/debian.ts';
import { javaImages } from './image-set/java.ts';
import { nodeImages } from './image-set/node.ts';
import { apkImages, goImages, pacmanImages, programImages, rubyImages, scriptImages } from './image-set/programs.ts';
import { pythonImages } from './image-set/python.ts';
import { rpmImages } from './image-set/rpm.ts';

/** Images that package managers made, each against the list of the tool that made it: name, version and type. */
const families: readonly ImageFamily[] = [
  debianImages,
  rpmImages,
  apkImages,
  pacmanImages,
  pythonImages,
  nodeImages,
  goImages,
  javaImages,
  rubyImages,
  scriptImages,
  programImages,
];

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-set-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Secrets told of in images that hold none: the packages of distributions and registries. */
const alarms: string[] = [];

async function inventoryOf(root: string): Promise<LayerInventory> {
  const reader = new LayerReader(analysers);
  const tar = spawn('tar', ['-cf', '-', '-C', root, '.'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let size = 0;
  for await (const chunk of tar.stdout) {
    reader.write(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  const { inventory } = reader.finish({ diffId: '', uncompressedSize: size });
  for (const { kind, id, path } of inventory.observations ?? []) if (kind === 'secret') alarms.push(`${id} ${path}`);
  return inventory;
}

/** The base of several images is read once. */
let base: { readonly root: string; readonly inventory: LayerInventory } | undefined;

async function kept(root: string): Promise<LayerInventory> {
  if (base?.root === root) return base.inventory;
  const inventory = await inventoryOf(root);
  if (root.startsWith(CACHE)) base = { root, inventory };
  return inventory;
}

interface Row {
  readonly image: BuiltImage;
  readonly listed: number;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

async function compare(image: BuiltImage): Promise<Row> {
  const layers: LayerInventory[] = [];
  for (const each of image.layers) layers.push(await kept(each));
  const { packages } = squash(layers);
  const expected = new Set(
    Object.entries(image.expected).flatMap(([type, names]) => names.map((each) => `${type} ${each}`)),
  );
  const types = new Set(Object.keys(image.expected));
  const mine = new Set(packages.filter((each) => types.has(each.type) && isCompared(each, image)).map(lineOf));
  return {
    image,
    listed: expected.size,
    missing: [...expected].filter((each) => !mine.has(each)),
    extra: [...mine].filter((each) => !expected.has(each)),
  };
}

const lineOf = ({ type, name, version }: InstalledPackage) => `${type} ${name} ${version}`;

/** Copies that packages carry inside themselves are no packages of the tool. */
function isCompared(each: InstalledPackage, { within }: BuiltImage): boolean {
  return !/\/_vendor\/|\/vendored\//.test(each.path) && each.version !== '(devel)' && (within?.(each.path) ?? true);
}

test('at least forty images: inventories match the native tools by at least 99 %', async () => {
  const rows: Row[] = [];
  for (const [number, family] of families.entries()) {
    const place = join(folder, String(number));
    mkdirSync(place);
    const started = performance.now();
    for await (const image of family(place)) rows.push(await compare(image));
    process.stdout.write(`# ${family.name}: ${Math.round((performance.now() - started) / 1000)} s\n`);
    rmSync(place, { recursive: true, force: true });
  }
  let [listed, missing, extra] = [0, 0, 0];
  for (const row of rows) {
    listed += row.listed;
    missing += row.missing.length;
    extra += row.extra.length;
    const name = row.image.name.padEnd(40);
    const counts = `${String(row.listed).padStart(5)} listed ${String(row.missing.length).padStart(3)} missing ${String(row.extra.length).padStart(3)} more`;
    process.stdout.write(`# ${name} ${row.image.tool.padEnd(20)} ${counts}\n`);
    for (const each of [...row.missing.map((one) => `- ${one}`), ...row.extra.map((one) => `+ ${one}`)].slice(0, 6))
      process.stdout.write(`#   ${each}\n`);
  }
  const matched = (listed - missing) / (listed + extra);
  process.stdout.write(
    `# ${rows.length} images, ${listed} packages listed, ${missing} missing, ${extra} more: ${(matched * 100).toFixed(2)} % match\n`,
  );
  process.stdout.write(`# secrets told of in them: ${alarms.length} ${alarms.join(', ')}\n`);
  assert.ok(alarms.length <= 2);
  assert.ok(rows.length >= 40, `only ${rows.length} images`);
  assert.ok(matched >= 0.99);
});
