import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { command, succeed } from '../command.ts';
import { debianRoot } from '../debian-image.ts';
import { type BuiltImage, debs, kept, linesOf } from './built-image.ts';

/** What is put into a root, each group an image. */
const APPLICATIONS: readonly (readonly [string, ...string[]])[] = [
  ['debian, haproxy and memcached', 'haproxy', 'memcached', 'libevent-2.1-7', 'liblua5.3-0', 'libsystemd0'],
  ['debian, redis', 'redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1', 'libhiredis0.14'],
  ['debian, git', 'git', 'git-man', 'liberror-perl', 'libcurl3-gnutls', 'libexpat1', 'libpcre2-8-0'],
  ['debian, sqlite and jq', 'sqlite3', 'jq', 'libjq1', 'libonig5', 'libreadline8'],
  ['debian, lua and tini', 'lua5.3', 'tini', 'dumb-init', 'libreadline8'],
];

/** Debian roots by mmdebstrap, and roots into which dpkg installed more; against dpkg-query. */
export async function* debianImages(folder: string): AsyncGenerator<BuiltImage> {
  const base = await kept('root-bookworm', async (root) => {
    await succeed('tar', ['-xf', await debianRoot(), '-C', root, '--exclude=./dev/*']);
  });
  yield { name: 'debian 12, minbase with servers', tool: 'dpkg-query', layers: [base], expected: await listed(base) };
  for (const [name, ...packages] of APPLICATIONS) {
    const root = await linked(base, folder, name);
    const archives = await debs(...packages);
    mkdirSync(join(root, 'debs'));
    for (const each of readdirSync(archives)) cpSync(join(archives, each), join(root, 'debs', each));
    await command('chroot', [root, 'sh', '-c', 'dpkg -i --force-depends /debs/*.deb'], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
    rmSync(join(root, 'debs'), { recursive: true });
    yield await onTop(base, root, name);
  }
  const removed = await linked(base, folder, 'debian, packages removed');
  await command('chroot', [removed, 'dpkg', '--remove', '--force-depends', 'nginx-light', 'fontconfig-config', 'perl']);
  yield await onTop(base, removed, 'debian, packages removed');
  yield* distroless(folder, base);
}

/** A copy that shares every file with its base; dpkg writes a file anew and renames it, which leaves the base alone. */
async function linked(base: string, folder: string, name: string): Promise<string> {
  const root = join(folder, name.replaceAll(/\W+/g, '-'));
  await succeed('cp', ['-al', base, root]);
  return root;
}

/** The second layer of an image: files that are not shared with the base, and whiteouts for those that are gone. */
async function onTop(base: string, root: string, name: string): Promise<BuiltImage> {
  const layer = `${root}-layer`;
  mkdirSync(layer);
  await succeed('sh', ['-c', `cd ${root} && find . -type f -links 1 -print0 | cpio -0pdm --quiet ${layer}`]);
  const all = async (place: string) => linesOf(await succeed('find', ['.', '!', '-type', 'd'], { cwd: place }));
  const left = new Set(await all(root));
  for (const gone of (await all(base)).filter((path) => !left.has(path))) {
    mkdirSync(join(layer, dirname(gone)), { recursive: true });
    writeFileSync(join(layer, dirname(gone), `.wh.${basename(gone)}`), '');
  }
  return { name, tool: 'dpkg-query', layers: [base, layer], expected: await listed(root) };
}

/** Images without dpkg: one file a package in status.d, as distroless ones have them. */
async function* distroless(folder: string, base: string): AsyncGenerator<BuiltImage> {
  for (const [name, ...packages] of [
    ['distroless, static', 'tzdata', 'netbase', 'base-files'],
    ['distroless, openssl', 'libc6', 'libssl3', 'openssl', 'base-files', 'zlib1g'],
  ] as const) {
    const root = join(folder, name.replaceAll(/\W+/g, '-'));
    mkdirSync(join(root, 'var/lib/dpkg/status.d'), { recursive: true });
    mkdirSync(join(root, 'etc'));
    cpSync(join(base, 'usr/lib/os-release'), join(root, 'etc/os-release'));
    const archives = await debs(...packages);
    const expected: string[] = [];
    for (const each of readdirSync(archives)) {
      const archive = join(archives, each);
      await succeed('dpkg-deb', ['-x', archive, root]);
      const control = await succeed('dpkg-deb', ['-f', archive]);
      const [pkg, version] = linesOf(await succeed('dpkg-deb', ['-f', archive, 'Package', 'Version'])).map(
        (line) => line.split(': ')[1] ?? '',
      );
      await succeed('tee', [join(root, 'var/lib/dpkg/status.d', pkg ?? '')], { input: control });
      expected.push(`${pkg} ${version}`);
    }
    yield { name, tool: 'dpkg-deb -f', layers: [root], expected: { deb: expected } };
  }
}

async function listed(root: string): Promise<BuiltImage['expected']> {
  const text = await succeed('dpkg-query', [
    `--admindir=${join(root, 'var/lib/dpkg')}`,
    '-W',
    '-f',
    '${db:Status-Status} ${Package} ${Version}\\n',
  ]);
  return {
    deb: linesOf(text).flatMap(
      (line) => /^(?:installed|unpacked|half-configured|triggers-\w+) (.*)$/.exec(line)?.[1] ?? [],
    ),
  };
}
