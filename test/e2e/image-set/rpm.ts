import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';
import { succeed } from '../command.ts';
import { type BuiltImage, kept, linesOf } from './built-image.ts';

const SPECS: readonly (readonly [string, string, string, string])[] = [
  ['alpha', '1.0', '1.el9', ''],
  ['beta', '2.3~rc1', '4.el9_2', '4'],
  ['gamma', '0^git7', '1', ''],
  ['python3-delta', '3.11.2', '2.fc40', '1'],
  ['libepsilon+', '10.20.30', '0.1.beta2', ''],
];

async function build(folder: string): Promise<void> {
  for (const [name, version, release, epoch] of SPECS) {
    const spec = join(folder, `${name}.spec`);
    writeFileSync(
      spec,
      `Name: ${name}\nVersion: ${version}\nRelease: ${release}\n${epoch && `Epoch: ${epoch}\n`}Summary: x\nLicense: MIT\nBuildArch: noarch\n%description\nx\n%install\nmkdir -p %{buildroot}/usr/share/${name}\necho x > %{buildroot}/usr/share/${name}/file\n%files\n/usr/share/${name}\n`,
    );
    await succeed('rpmbuild', ['-bb', '--quiet', '--define', `_topdir ${folder}`, spec]);
  }
}

/** Roots into which rpm installed packages that rpmbuild made, against rpm -qa; and databases of other kinds with the lists that came with them. */
export async function* rpmImages(folder: string): AsyncGenerator<BuiltImage> {
  const built = await kept('rpms', build);
  const packages = readdirSync(join(built, 'RPMS/noarch')).map((name) => join(built, 'RPMS/noarch', name));
  for (const [name, place, count] of [
    ['rpm, sqlite', 'var/lib/rpm', 5],
    ['rpm, sqlite in sysimage', 'usr/lib/sysimage/rpm', 4],
    ['rpm, sqlite of ostree', 'usr/share/rpm', 3],
  ] as const) {
    const root = join(folder, name.replaceAll(/\W+/g, '-'));
    const database = join(root, place);
    mkdirSync(database, { recursive: true });
    const common = ['--root', root, '--dbpath', `/${place}`, '--define', '_db_backend sqlite'];
    await succeed('rpm', [...common, '-i', '--force-debian', '--nodeps', '--ignorearch', ...packages.slice(0, count)]);
    if (count === 5) await succeed('rpm', [...common, '-e', '--force-debian', '--nodeps', 'gamma']);
    yield { name, tool: 'rpm -qa', layers: [root], expected: await listed(database) };
  }
  yield await withLog(folder, packages);
  const fixtures = join(import.meta.dirname, '../../fixtures/inventory');
  for (const [name, file, place, list] of [
    ['rpm, ndb of SUSE', 'rpm-ndb-sle15.zst', 'usr/lib/sysimage/rpm/Packages.db', 'rpm-ndb-sle15.txt'],
  ] as const) {
    const root = join(folder, name.replaceAll(/\W+/g, '-'));
    mkdirSync(dirname(join(root, place)), { recursive: true });
    writeFileSync(join(root, place), zstdDecompressSync(readFileSync(join(fixtures, file))));
    const rpm = linesOf(readFileSync(join(fixtures, list), 'utf8')).map((each) => each.split(' ', 2).join(' '));
    yield { name, tool: 'upstream list', layers: [root], expected: { rpm } };
  }
}

/** A database that was left with a log, as a process leaves it that was killed. */
async function withLog(folder: string, packages: readonly string[]): Promise<BuiltImage> {
  const made = join(folder, 'rpm-log-made');
  mkdirSync(made);
  const common = ['--dbpath', made, '--define', '_db_backend sqlite'];
  await succeed('rpm', [...common, '-i', '--force-debian', '--nodeps', '--justdb', '--ignorearch', ...packages]);
  const connection = new DatabaseSync(join(made, 'rpmdb.sqlite'));
  connection.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0; pragma foreign_keys = off');
  connection.exec('delete from Packages where hnum = (select max(hnum) from Packages)');
  const root = join(folder, 'rpm-log');
  const place = join(root, 'var/lib/rpm');
  mkdirSync(dirname(place), { recursive: true });
  cpSync(made, place, { recursive: true });
  connection.close();
  const asked = join(folder, 'rpm-log-asked');
  cpSync(place, asked, { recursive: true });
  return {
    name: 'rpm, sqlite with a log',
    tool: 'rpm -qa',
    layers: [root],
    expected: await listed(asked),
  };
}

async function listed(database: string): Promise<BuiltImage['expected']> {
  const format = '%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\n';
  const text = await succeed('rpm', ['--dbpath', database, '--define', '_db_backend sqlite', '-qa', '--qf', format]);
  return { rpm: linesOf(text) };
}
