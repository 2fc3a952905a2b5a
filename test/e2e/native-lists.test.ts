import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LayerReader } from '../../src/content/image/layer-reader.ts';
import { squash } from '../../src/content/image/squash.ts';
import { analysers } from '../../src/content/inventory/analysers.ts';
import type { InstalledPackage, PackageType } from '../../src/content/inventory/package.ts';
import { debianRoot } from './debian-image.ts';

/** Inventories against the lists of the tools that installed the packages: name and version, nothing missing, nothing more. */
let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-native-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function output(file: string, args: readonly string[], cwd = folder): string {
  return execFileSync(file, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function packagesOfTar(tar: Uint8Array): readonly InstalledPackage[] {
  const reader = new LayerReader(analysers);
  for (let at = 0; at < tar.length; at += 1 << 18) reader.write(tar.subarray(at, at + (1 << 18)));
  return squash([reader.finish({ diffId: '', uncompressedSize: tar.length }).inventory]).packages;
}

/** A folder of this machine as a layer. */
function packagesIn(root: string, ...paths: readonly string[]): readonly InstalledPackage[] {
  const file = join(folder, 'layer.tar');
  execFileSync('tar', ['-cf', file, '-C', root, ...paths], { stdio: 'ignore' });
  return packagesOfTar(readFileSync(file));
}

function list(packages: readonly InstalledPackage[], type: PackageType): string[] {
  return [
    ...new Set(packages.filter((each) => each.type === type).map((each) => `${each.name} ${each.version}`)),
  ].sort();
}

const lines = (text: string) => [...new Set(text.split('\n').filter(Boolean))].sort();

test('dpkg: a Debian root, against dpkg-query', async () => {
  const tar = await debianRoot();
  mkdirSync(join(folder, 'root/var/lib'), { recursive: true });
  execFileSync('tar', ['-xf', tar, '-C', join(folder, 'root'), './var/lib/dpkg'], { stdio: 'ignore' });
  const wanted = lines(
    output('dpkg-query', [
      `--admindir=${join(folder, 'root/var/lib/dpkg')}`,
      '-W',
      '-f',
      '${binary:Package} ${Version}\\n',
    ]),
  ).map((each) => each.replace(/:(?:amd64|arm64|all)(?= )/, ''));
  assert.ok(wanted.length > 100);
  assert.deepEqual(list(packagesOfTar(readFileSync(tar)), 'deb'), wanted.sort());
});

test('rpm: a database of sqlite, against rpm -qa', () => {
  mkdirSync(join(folder, 'rpm/specs'), { recursive: true });
  for (const [name, version, epoch] of [
    ['alpha', '1.0', ''],
    ['beta', '2.3~rc1', '4'],
    ['gamma', '0^git7', ''],
  ]) {
    const spec = join(folder, `rpm/specs/${name}.spec`);
    writeFileSync(
      spec,
      `Name: ${name}\nVersion: ${version}\nRelease: 1.el9\n${epoch && `Epoch: ${epoch}\n`}Summary: x\nLicense: MIT\nBuildArch: noarch\n%description\nx\n%files\n`,
    );
    output('rpmbuild', ['-bb', '--quiet', '--define', `_topdir ${join(folder, 'rpm')}`, spec]);
  }
  const database = join(folder, 'rpm/root/var/lib/rpm');
  const packages = readdirSync(join(folder, 'rpm/RPMS/noarch')).map((name) => join(folder, 'rpm/RPMS/noarch', name));
  output('rpm', [
    '--dbpath',
    database,
    '--define',
    '_db_backend sqlite',
    '-i',
    '--nodeps',
    '--justdb',
    '--ignorearch',
    ...packages,
  ]);
  const wanted = lines(
    output('rpm', ['--dbpath', database, '-qa', '--qf', '%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\n']),
  );
  assert.equal(wanted.length, 3);
  assert.deepEqual(list(packagesIn(join(folder, 'rpm/root'), 'var'), 'rpm'), wanted);
});

test('npm: the modules of this project, against npm ls', () => {
  const root = join(import.meta.dirname, '../..');
  interface Node {
    readonly name?: string;
    readonly version?: string;
    readonly dependencies?: Readonly<Record<string, Node>>;
  }
  const found = new Set<string>();
  const walk = (node: Node) => {
    for (const [name, each] of Object.entries(node.dependencies ?? {})) {
      if (each.version !== undefined) found.add(`${each.name ?? name} ${each.version}`);
      walk(each);
    }
  };
  let text: string;
  try {
    text = output('npm', ['ls', '--all', '--json', '--long'], root);
  } catch (error) {
    // npm ends with 1 where optional packages of other platforms are absent, and lists all the same.
    text = String((error as { stdout?: string }).stdout);
  }
  walk(JSON.parse(text) as Node);
  const listed = [...found].sort();
  assert.ok(listed.length > 50);
  const mine = list(packagesIn(root, 'node_modules'), 'npm');
  const missing = listed.filter((each) => !mine.includes(each));
  assert.deepEqual(missing, []);
});

test('Python: packages of the distribution, against what Python itself finds', () => {
  const place = '/usr/lib/python3/dist-packages';
  assert.ok(existsSync(place), 'python3 with packages is not installed');
  const script =
    'import importlib.metadata as m,sys\nfor d in m.distributions(path=[sys.argv[1]]):\n  n=d.metadata["Name"]\n  v=d.version\n  if n and v: print(n, v)';
  const wanted = lines(output('/usr/bin/python3', ['-c', script, place]));
  assert.ok(wanted.length > 0);
  assert.deepEqual(
    list(
      packagesIn('/', place.slice(1)).filter((each) => !each.path.includes('/_vendor/')),
      'pypi',
    ),
    wanted,
  );
});

test('Go: every Go program of this machine’s clients, against go version -m', {
  skip: hasGo() ? false : 'no Go toolchain',
}, () => {
  let programs = 0;
  for (const place of ['/usr/bin', '/usr/sbin', '/usr/local/bin'])
    for (const name of existsSync(place) ? readdirSync(place) : []) {
      const path = join(place, name);
      if (lstatSync(path).isSymbolicLink() || !statSync(path).isFile() || statSync(path).size > 120e6) continue;
      const wanted = modulesOf(path);
      if (wanted.length === 0) continue;
      programs++;
      const mine = list(packagesIn('/', path.slice(1)), 'golang');
      assert.deepEqual(
        wanted.filter((each) => !mine.includes(each)),
        [],
        path,
      );
    }
  assert.ok(programs > 0);
});

function hasGo(): boolean {
  try {
    output('go', ['version'], '/');
    return true;
  } catch {
    return false;
  }
}

/** Modules with a version of their own; folders in the place of modules have none, and main modules may have another. */
function modulesOf(path: string): string[] {
  const text = (() => {
    try {
      return output('go', ['version', '-m', path], '/');
    } catch {
      return '';
    }
  })();
  const found: string[] = [];
  for (const line of text.split('\n')) {
    const [, kind, name, version] = line.split('\t');
    if (kind === 'dep') found.push(`${name} ${version}`);
    else if (kind === '=>' && name?.startsWith('.')) found.pop();
    else if (kind === '=>') found[found.length - 1] = `${name} ${version}`;
  }
  return found;
}

test('Ruby: gems of the distribution, against gem list', () => {
  const root = '/usr/share/rubygems-integration/all';
  assert.ok(existsSync(join(root, 'specifications')), 'ruby is not installed');
  const script =
    'Dir[ARGV[0] + "/*.gemspec"].each { |f| s = Gem::Specification.load(f); puts "#{s.name} #{s.version}" if s }';
  const wanted = lines(output('ruby', ['-e', script, join(root, 'specifications')]));
  assert.ok(wanted.length > 0);
  assert.deepEqual(list(packagesIn('/', `${root.slice(1)}/specifications`), 'gem'), wanted);
});
