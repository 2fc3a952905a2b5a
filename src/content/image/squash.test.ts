import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded, tarOf, type TarItem } from '../../../test/archives.ts';
import { analysers } from '../inventory/analysers.ts';
import type { HardLink, LayerInventory } from '../inventory/package.ts';
import { LayerReader, layerLimits } from './layer-reader.ts';
import { squash } from './squash.ts';

function inventory(items: readonly TarItem[], links: readonly HardLink[] = [], chunk = 700): LayerInventory {
  const reader = new LayerReader(analysers, layerLimits, links);
  const tar = tarOf(items);
  for (let at = 0; at < tar.length; at += chunk) reader.write(tar.subarray(at, at + chunk));
  return reader.finish({ diffId: `sha256:${'0'.repeat(64)}`, uncompressedSize: tar.length }).inventory;
}

function manifest(name: string, version: string): string {
  return JSON.stringify({ name, version });
}

/** Names and versions of an image of these layers, sorted. */
function packagesOf(...layers: readonly (readonly TarItem[])[]): string[] {
  return squash(layers.map((each) => inventory(each)))
    .packages.map((each) => `${each.path} ${each.version}`)
    .sort();
}

const A = 'app/node_modules/a/package.json';

void test('whiteouts and opaque directories hide lower layers, never their own, in any order', () => {
  const lower = [{ path: A, content: manifest('a', '1') }];
  assert.deepEqual(packagesOf(lower, [{ path: 'app/node_modules/.wh.a' }]), []);
  assert.deepEqual(packagesOf(lower, [{ path: '.wh..wh..opq' }]), []);
  assert.deepEqual(packagesOf(lower, [{ path: 'app/node_modules/a/.wh..wh..opq' }]), []);
  const again = { path: A, content: manifest('a', '2') };
  for (const mark of [{ path: 'app/.wh.node_modules' }, { path: 'app/.wh..wh..opq' }]) {
    assert.deepEqual(packagesOf(lower, [mark, again]), [`${A} 2`]);
    assert.deepEqual(packagesOf(lower, [again, mark]), [`${A} 2`]);
  }
  assert.deepEqual(packagesOf(lower, [{ path: A, type: '2', link: '/dev/null' }]), []);
  assert.deepEqual(packagesOf(lower, [{ path: 'app/node_modules', type: '2', link: '/x' }]), []);
  assert.deepEqual(packagesOf(lower, [{ path: 'app/node_modules', content: 'a file' }]), []);
});

void test('a path twice in one layer is what it was last', () => {
  const one = { path: A, content: manifest('a', '1') };
  assert.deepEqual(packagesOf([one, { path: A, content: manifest('a', '2') }]), [`${A} 2`]);
  assert.deepEqual(packagesOf([one, { path: A, type: '2', link: 'x' }]), []);
});

void test('a hard link to bytes that went by is read in a second pass', () => {
  const items: TarItem[] = [
    { path: 'store/abc', content: manifest('a', '1') },
    { path: A, type: '1', link: 'store/abc' },
  ];
  const first = inventory(items);
  assert.deepEqual(first.links, [{ path: A, target: 'store/abc' }]);
  const second = inventory(items, first.links);
  assert.equal(second.links, undefined);
  assert.deepEqual(
    second.evidence.map((each) => [each.path, each.packages[0]?.version]),
    [[A, '1']],
  );
  const missing = inventory([{ path: A, type: '1', link: 'elsewhere' }], [{ path: A, target: 'elsewhere' }]);
  assert.deepEqual(
    missing.incomplete.map((each) => each.code),
    ['unavailable'],
  );
});

void test('files of a package of the system are marked, whichever way /usr is spelled', () => {
  const metadata = 'Name: x\nVersion: 1\n';
  const layer = inventory([
    { path: 'var/lib/dpkg/info/python3-x.list', content: '/lib/python3/dist-packages/x.egg-info\n' },
    { path: 'usr/lib/python3/dist-packages/x.egg-info', content: metadata },
    { path: 'usr/local/lib/python3/site-packages/x.egg-info', content: metadata },
  ]);
  assert.deepEqual(
    layer.evidence.map((each) => each.packages[0]?.ownedBy),
    ['python3-x', undefined],
  );
});

void test('files that are known but not read make the layer incomplete', () => {
  const layer = inventory([{ path: 'var/lib/rpm/rpmdb.sqlite-wal', content: 'x' }]);
  assert.deepEqual(
    layer.incomplete.map(({ code, path }) => ({ code, path })),
    [{ code: 'unsupported', path: 'var/lib/rpm/rpmdb.sqlite-wal' }],
  );
});

/** A file system as a tree of names; what extraction would leave behind. */
type Tree = Map<string, Tree | string>;

function apply(root: Tree, items: readonly TarItem[]): void {
  const own = new Set<string>();
  const keepOwn = (path: string) => [...own].some((each) => each === path || each.startsWith(`${path}/`));
  const prune = (tree: Tree, prefix: string) => {
    for (const [name, child] of tree) {
      const path = prefix ? `${prefix}/${name}` : name;
      if (!keepOwn(path)) tree.delete(name);
      else if (child instanceof Map) prune(child, path);
    }
  };
  for (const { path, type = '0', content } of items) {
    const parts = path.split('/');
    const name = parts.pop()!;
    let tree = root;
    let gone = false;
    for (const [depth, part] of parts.entries()) {
      let next = tree.get(part);
      if (!(next instanceof Map)) {
        gone = name.startsWith('.wh.');
        if (gone) break;
        next = new Map();
        tree.set(part, next);
        own.add(parts.slice(0, depth + 1).join('/'));
      }
      tree = next;
    }
    if (gone) continue;
    if (name === '.wh..wh..opq') prune(tree, parts.join('/'));
    else if (name.startsWith('.wh.')) {
      const hidden = [...parts, name.slice(4)].join('/');
      const child = tree.get(name.slice(4));
      if (!keepOwn(hidden)) tree.delete(name.slice(4));
      else if (child instanceof Map) prune(child, hidden);
    } else {
      own.add(path);
      if (type === '5') {
        if (!(tree.get(name) instanceof Map)) tree.set(name, new Map());
      } else tree.set(name, type === '0' ? String(content) : 'link');
    }
  }
}

function* found(tree: Tree, prefix = ''): Generator<string> {
  for (const [name, child] of tree) {
    const path = prefix ? `${prefix}/${name}` : name;
    if (child instanceof Map) yield* found(child, path);
    else if (path.endsWith('/package.json') && child.startsWith('{'))
      yield `${path} ${(JSON.parse(child) as { version: string }).version}`;
  }
}

/** A layer with files, links, whiteouts and opaque directories in any order; no path is two kinds at once. */
function randomLayer(random: () => number, version: number): TarItem[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const roots = ['node_modules', 'app/node_modules', 'app/lib/node_modules'];
  const items: TarItem[] = [];
  const touched: string[] = [];
  const free = (path: string) =>
    !touched.some((each) => each === path || each.startsWith(`${path}/`) || path.startsWith(`${each}/`));
  for (let count = 1 + Math.floor(random() * 5); count > 0; count--) {
    const root = pick(roots);
    const path = `${root}/${pick(['a', 'b', 'c'])}/package.json`;
    const kind = random();
    if (
      kind < 0.6 &&
      !touched.includes(path) &&
      !items.some((each) => each.type !== undefined && `${path}/`.startsWith(`${each.path}/`))
    ) {
      items.push({ path, content: manifest('x', String(version)) });
      touched.push(path);
    } else if (kind < 0.8) {
      const target = pick([path, path.slice(0, -13), root, 'app']);
      const slash = target.lastIndexOf('/');
      items.push({ path: `${target.slice(0, slash + 1)}.wh.${target.slice(slash + 1)}` });
    } else if (kind < 0.9) items.push({ path: `${pick([root, 'app', path.slice(0, -13)])}/.wh..wh..opq` });
    else {
      const link = pick([path, path.slice(0, -13), root]);
      if (free(link)) {
        items.push({ path: link, type: '2', link: 'elsewhere' });
        touched.push(link);
      }
    }
  }
  return items.sort(() => random() - 0.5);
}

void test('random stacks of layers give what a plain file system gives', () => {
  for (let seed = 1; seed <= 3000; seed++) {
    const random = seeded(seed);
    const tree: Tree = new Map();
    const layers: TarItem[][] = [];
    for (let count = 1 + Math.floor(random() * 5); count > 0; count--) {
      const layer = randomLayer(random, layers.length + 1);
      layers.push(layer);
      apply(tree, layer);
    }
    assert.deepEqual(packagesOf(...layers), [...found(tree)].sort(), `seed ${seed}: ${JSON.stringify(layers)}`);
  }
});

void test('a lock file stands only where nothing it names was installed', () => {
  const lock = JSON.stringify({
    lockfileVersion: 3,
    packages: { '': {}, 'node_modules/a': { version: '1' }, 'node_modules/b': { version: '2' } },
  });
  const listed = { path: 'app/package-lock.json', content: lock };
  const alone = squash([inventory([listed])]).packages;
  assert.deepEqual(
    alone.map((each) => [each.name, each.declared]),
    [
      ['a', true],
      ['b', true],
    ],
  );
  assert.deepEqual(packagesOf([listed], [{ path: A, content: manifest('a', '1') }]), [`${A} 1`]);
  const elsewhere = { path: 'usr/lib/node_modules/a/package.json', content: manifest('a', '1') };
  assert.equal(packagesOf([listed, elsewhere]).length, 3);
  const pins = { path: 'src/requirements.txt', content: 'Foo.bar==1\nbaz==2\nqux==3\n' };
  const wheel = (name: string, version: string) => ({
    path: `usr/lib/python3/site-packages/${name}.dist-info/METADATA`,
    content: `Name: ${name}\nVersion: ${version}\n\n`,
  });
  assert.deepEqual(packagesOf([pins], [wheel('foo-bar', '1')]).length, 3);
  assert.deepEqual(packagesOf([pins], [wheel('foo-bar', '1'), wheel('baz', '9')]).length, 2);
});

void test('dpkg: a diverted file belongs to the package that brought it, the one in its place to the diverting one', () => {
  const wheel = (path: string) => ({ path, content: 'Name: x\nVersion: 1\n\n' });
  const items = [
    wheel('usr/lib/python3/dist-packages/x.egg-info'),
    wheel('usr/lib/python3/dist-packages/x-real.egg-info'),
    {
      path: 'var/lib/dpkg/diversions',
      content: '/usr/lib/python3/dist-packages/x.egg-info\n/usr/lib/python3/dist-packages/x-real.egg-info\nlocal-x\n',
    },
    { path: 'var/lib/dpkg/info/local-x.list', content: '/usr/lib/python3/dist-packages/x.egg-info\n' },
    { path: 'var/lib/dpkg/info/python3-x.list', content: '/usr/lib/python3/dist-packages/x.egg-info\n' },
  ];
  for (const order of [items, items.toReversed()])
    assert.deepEqual(
      squash([inventory(order)])
        .packages.map((each) => `${each.path.slice(30)} ${each.ownedBy}`)
        .sort(),
      ['x-real.egg-info python3-x', 'x.egg-info local-x'],
    );
});
