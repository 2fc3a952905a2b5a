import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { succeed } from '../command.ts';
import { type BuiltImage, debs, kept, linesOf, unpackedDebs } from './built-image.ts';

const MAINS: readonly (readonly [string, string, string])[] = [
  [
    'go, chi and uuid',
    'github.com/go-chi/chi/v5@v5.0.11 github.com/google/uuid@v1.5.0',
    'chi.NewRouter(); _ = uuid.New()',
  ],
  ['go, cobra', 'github.com/spf13/cobra@v1.8.0', '_ = cobra.Command{}'],
];

/** Go programs built from modules of the proxy, and those of this machine's clients; against go version -m. */
export async function* goImages(): AsyncGenerator<BuiltImage> {
  for (const [name, modules, body] of MAINS) {
    const root = await kept(name.replaceAll(/\W+/g, '-'), (fresh) => buildGo(fresh, modules, body));
    yield { name, tool: 'go version -m', layers: [root], expected: { golang: await goModules(join(root, 'app')) } };
  }
  for (const client of ['skopeo', 'podman', 'buildah', 'docker']) {
    const root = await kept(`client-${client}`, async (fresh) => {
      mkdirSync(join(fresh, 'usr/bin'), { recursive: true });
      await succeed('cp', ['-L', `/usr/bin/${client}`, join(fresh, 'usr/bin', client)]);
    });
    const expected = { golang: await goModules(join(root, 'usr/bin', client)) };
    yield { name: `go, ${client}`, tool: 'go version -m', layers: [root], expected };
  }
}

async function buildGo(fresh: string, modules: string, body: string): Promise<void> {
  const source = join(fresh, 'source');
  mkdirSync(source);
  const imports = modules.split(' ').map((each) => `"${each.split('@')[0]}"`);
  writeFileSync(join(source, 'main.go'), `package main\nimport (\n${imports.join('\n')}\n)\nfunc main() { ${body} }\n`);
  await succeed('go', ['mod', 'init', 'demo'], { cwd: source });
  await succeed('go', ['get', ...modules.split(' ')], { cwd: source });
  await succeed('go', ['build', '-ldflags=-s -w', '-o', join(fresh, 'app'), '.'], { cwd: source });
  await succeed('rm', ['-r', source]);
}

/** Modules that the program was built from; the main module and what a folder replaced have no version to compare. */
async function goModules(path: string): Promise<string[]> {
  const found: string[] = [];
  const text = await succeed('go', ['version', '-m', path]);
  const toolchain = /: go(\S+)/.exec(text)?.[1];
  for (const line of text.split('\n')) {
    const [, kind, name, version] = line.split('\t');
    if (kind === 'mod') found.push(`${name} ${version === '(devel)' ? '' : version}`.trim());
    else if (kind === 'dep') found.push(`${name} ${version}`);
    else if (kind === '=>' && name?.startsWith('.')) found.pop();
    else if (kind === '=>') found[found.length - 1] = `${name} ${version}`;
  }
  return [...found.filter((each) => each.includes(' ')), ...(toolchain ? [`stdlib ${toolchain}`] : [])];
}

const PROGRAMS: readonly (readonly [string, string, ...string[]])[] = [
  [
    'programs, web servers',
    'nginx apache2-bin lighttpd haproxy',
    'nginx nginx',
    'httpd apache2-bin',
    'lighttpd lighttpd',
    'haproxy haproxy',
  ],
  [
    'programs, databases',
    'redis-tools postgresql-15 mariadb-server-core memcached',
    'redis redis-tools',
    'postgresql postgresql-15',
    'mariadb mariadb-server-core',
    'memcached memcached',
  ],
  [
    'programs, languages',
    'python3.11-minimal perl-base libruby3.1 php8.2-cli lua5.3',
    'python python3.11-minimal',
    'perl perl-base',
    'ruby libruby3.1',
    'php php8.2-cli',
    'lua lua5.3',
  ],
  [
    'programs, tools and libraries',
    'bash busybox curl openssl libssl3 libcurl4 git zlib1g libc6 libsqlite3-0',
    'bash bash',
    'busybox busybox',
    'curl curl',
    'openssl openssl',
    'git git',
    'zlib zlib1g',
    'glibc libc6',
    'sqlite libsqlite3-0',
  ],
];

/** Programs of Debian's packages without their database; against the upstream versions that dpkg-deb tells. */
export async function* programImages(): AsyncGenerator<BuiltImage> {
  for (const [name, packages, ...programs] of PROGRAMS) {
    const root = await unpackedDebs(...packages.split(' '));
    const archives = await debs(...packages.split(' '));
    const versions = new Map<string, string>();
    for (const each of readdirSync(archives)) {
      const [pkg, version] = linesOf(await succeed('dpkg-deb', ['-f', join(archives, each), 'Package', 'Version'])).map(
        (line) => line.split(': ')[1] ?? '',
      );
      versions.set(pkg ?? '', upstreamOf(version ?? ''));
    }
    const expected = programs.map((each) => {
      const [program, pkg] = each.split(' ');
      return `${program} ${versions.get(pkg ?? '') ?? ''}`;
    });
    yield { name, tool: 'dpkg-deb -f', layers: [root], expected: { generic: expected } };
  }
}

/** Debian Policy 5.6.12: without epoch, revision, and what a repackaging added. */
function upstreamOf(version: string): string {
  return version
    .replace(/^\d+:/, '')
    .replace(/^.*\+really/, '')
    .replace(/-[^-]*$/, '')
    .replace(/[+.]?(?:dfsg|ds)[\d.]*$/, '')
    .replace(/\+dfsg.*$/, '');
}

/** Gems that RubyGems built and installed, and those of Debian's packages; against RubyGems itself. */
export async function* rubyImages(folder: string): AsyncGenerator<BuiltImage> {
  const script =
    'Dir[ARGV[0] + "/**/specifications/**/*.gemspec"].each { |f| s = Gem::Specification.load(f); puts "#{s.name} #{s.version}" if s }';
  const debian = await unpackedDebs('ruby-rack', 'ruby-sinatra', 'ruby-nokogiri', 'ruby-json', 'rake', 'ruby-bundler');
  const listed = async (root: string) => ({ gem: linesOf(await succeed('ruby', ['-e', script, root])) });
  yield { name: 'gems of Debian', tool: 'Gem::Specification', layers: [debian], expected: await listed(debian) };
  const root = join(folder, 'gems');
  const source = join(folder, 'gem-source');
  mkdirSync(source);
  for (const [gem, version] of [
    ['demo-one', '1.2.3'],
    ['demo_two', '2.0.0.pre1'],
  ]) {
    const specification = `Gem::Specification.new { |s| s.name = "${gem}"; s.version = "${version}"; s.summary = "x"; s.authors = ["x"]; s.files = [] }`;
    writeFileSync(join(source, `${gem}.gemspec`), specification);
    await succeed('gem', ['build', '--silent', `${gem}.gemspec`], { cwd: source });
    await succeed(
      'gem',
      [
        'install',
        '--local',
        '--silent',
        '--no-document',
        '--install-dir',
        join(root, 'usr/lib/gems'),
        `${gem}-${version}.gem`,
      ],
      { cwd: source },
    );
  }
  yield { name: 'gems, built and installed', tool: 'Gem::Specification', layers: [root], expected: await listed(root) };
}

/** Rocks and distributions of Perl that their own tools installed. */
export async function* scriptImages(folder: string): AsyncGenerator<BuiltImage> {
  const rocks = join(folder, 'rocks');
  const source = join(folder, 'rock-source');
  mkdirSync(source);
  writeFileSync(join(source, 'demo.lua'), 'return {}\n');
  for (const version of ['2.1-3'])
    writeFileSync(
      join(source, `demo-${version}.rockspec`),
      `package = "demo"\nversion = "${version}"\nsource = { url = "git+file:///nowhere" }\nbuild = { type = "builtin", modules = { demo = "demo.lua" } }\n`,
    );
  await succeed('luarocks', ['make', '--tree', join(rocks, 'usr/local'), 'demo-2.1-3.rockspec'], { cwd: source });
  const text = await succeed('luarocks', ['list', '--tree', join(rocks, 'usr/local'), '--porcelain']);
  const luarocks = linesOf(text).map((line) => line.split('\t').slice(0, 2).join(' '));
  yield { name: 'lua, rocks', tool: 'luarocks list', layers: [rocks], expected: { luarocks } };
  const perl = join(folder, 'perl-source');
  mkdirSync(join(perl, 'lib/Demo'), { recursive: true });
  writeFileSync(join(perl, 'lib/Demo/Thing.pm'), 'package Demo::Thing;\nour $VERSION = "1.04";\n1;\n');
  writeFileSync(
    join(perl, 'Makefile.PL'),
    'use ExtUtils::MakeMaker; WriteMakefile(NAME => "Demo::Thing", VERSION_FROM => "lib/Demo/Thing.pm");',
  );
  const target = join(folder, 'perl');
  await succeed('sh', ['-c', `perl Makefile.PL && make && make install DESTDIR=${target}`], { cwd: perl });
  yield { name: 'perl, a distribution', tool: 'MakeMaker', layers: [target], expected: { cpan: ['Demo-Thing 1.04'] } };
}

/** The database of pacman itself. */
export async function* pacmanImages(folder: string): AsyncGenerator<BuiltImage> {
  const root = join(folder, 'pacman');
  mkdirSync(join(root, 'var/lib/pacman'), { recursive: true });
  const packages: string[] = [];
  for (const [name, version] of [
    ['demo', '1:2.0.1-3'],
    ['lib32-thing', '0.5rc1-1'],
    ['gcc-libs', '13.2.1+r230-1'],
  ]) {
    const source = join(folder, `pacman-${name}`);
    mkdirSync(join(source, `usr/share/${name}`), { recursive: true });
    writeFileSync(join(source, `usr/share/${name}/file`), 'x');
    writeFileSync(
      join(source, '.PKGINFO'),
      `pkgname = ${name}\npkgbase = ${name}\npkgver = ${version}\npkgdesc = x\narch = any\nsize = 1\nlicense = MIT\n`,
    );
    const archive = join(folder, `${name}.pkg.tar.gz`);
    await succeed('tar', ['-czf', archive, '-C', source, '.PKGINFO', 'usr']);
    packages.push(archive);
  }
  const common = ['--root', root, '--dbpath', join(root, 'var/lib/pacman'), '--config', '/dev/null'];
  await succeed('pacman', [...common, '--noconfirm', '--noscriptlet', '-U', ...packages]);
  const alpm = linesOf(await succeed('pacman', [...common, '-Q']));
  yield { name: 'pacman', tool: 'pacman -Q', layers: [root], expected: { alpm } };
}

/** Databases that apk-tools wrote, with what apk-tools lists of them. */
export async function* apkImages(folder: string): AsyncGenerator<BuiltImage> {
  const fixtures = join(import.meta.dirname, '../../fixtures/inventory/apk-v3');
  const expected = { apk: linesOf(await succeed('cat', [join(fixtures, 'installed.txt')])) };
  for (const [name, from, place] of [
    ['apk, text', 'installed', 'lib/apk/db/installed'],
    ['apk, text in a merged /usr', 'installed', 'usr/lib/apk/db/installed'],
    ['apk, ADB', 'installed.adb', 'usr/lib/apk/db/installed.adb'],
  ] as const) {
    const root = join(folder, name.replaceAll(/\W+/g, '-'));
    mkdirSync(join(root, place, '..'), { recursive: true });
    cpSync(join(fixtures, from), join(root, place));
    if (!existsSync(join(root, place))) throw new Error(`${from} is missing`);
    yield { name, tool: 'apk list', layers: [root], expected };
  }
}
