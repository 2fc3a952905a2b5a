import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type VersionScheme, versionOrders } from './version-order.ts';

/** Oldest first; `=` joins spellings of one version. Written from each system's own description of its order. */
const ladders: Readonly<Record<VersionScheme, readonly string[]>> = {
  deb: ['1.0~rc1', '1.0~rc1-1', '1.0', '1.0-0+deb12u1', '1.0-1', '1.0+dfsg', '1.10', '1:0.1', '2:0'],
  apk: ['0.9', '1.0_alpha2', '1.0_rc1', '1.0', '1.0-r1', '1.0-r10', '1.0_p1', '1.0a', '1.0b', '1.0.1', '1.2', '1.10'],
  rpm: ['1.0~rc1-1', '1.0-1', '1.0-1.el9_2', '1.0^git1-1', '1.0.1-1', '1.10-1', '1:0.5-1'],
  semver: ['1.0.0-0', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0', '1.0.1'],
  pep440: ['1.0.dev1', '1.0a1.dev1', '1.0a1', '1.0b2', '1.0rc1', '1.0', '1.0+local', '1.0.post1', '1.1', '1!0.1'],
  maven: ['1-alpha-1', '1-beta', '1-milestone-1', '1-rc', '1-SNAPSHOT', '1', '1-sp', '1-xyz', '1-1', '1.1', '1.10'],
  gem: ['1.0.a1', '1.0.a2', '1.0.b1', '1.0', '1.0.1', '1.1', '1.10'],
  nuget: ['1.0.0-alpha', '1.0.0-BETA', '1.0.0-rc', '1.0', '1.0.0.1', '1.0.1', '1.10.0'],
  composer: ['1.0-dev', '1.0-alpha1', '1.0-beta2', '1.0-RC1', '1.0', '1.0-p1', '1.1', '1.10'],
  gentoo: ['1_alpha1', '1_beta', '1_pre2', '1_rc1', '1', '1-r1', '1_p1', '1a', '1.0', '1.01', '1.1', '1.10', '2'],
  conan: ['1.0-alpha', '1.0-alpha.2', '1.0-alpha.10', '1.0', '1.0+b1', '1.0.1', '1.a', '2', '10'],
  openssl: [
    '0.9.8zh',
    '1.0.2-beta1',
    '1.0.2',
    '1.0.2a',
    '1.0.2z',
    '1.0.2za',
    '1.1.1w',
    '3.0.0-alpha1',
    '3.0.0',
    '3.0.10',
  ],
  hackage: ['0.9', '0.10', '1', '1.0', '1.0.0.1', '1.2'],
  cran: ['0.1', '0.1-1', '0.1-10', '0.2', '0.10.1'],
  pub: ['1.0.0-dev', '1.0.0-dev+1', '1.0.0', '1.0.0+1', '1.0.0+a', '1.0.1'],
  'composer-normal': [
    '1.0-dev',
    '1.0-alpha1',
    '1.0.0-RC1',
    '1',
    '1.0-p1',
    '1.0.0.1',
    '1.0.1',
    '1.0.x-dev',
    '1.1',
    '1.10',
  ],
  pacman: ['1.0alpha-1', '1.0rc1-1', '1.0-', '1.0-1', '1.0-2', '1.0.a-1', '1.0.1-1', '1:0.1-1'],
};

for (const scheme of Object.keys(ladders) as VersionScheme[])
  void test(`${scheme}: every pair of the ladder, both ways round`, () => {
    const compare = versionOrders[scheme];
    const ladder = ladders[scheme];
    for (const [i, a] of ladder.entries())
      for (const [j, b] of ladder.entries()) assert.equal(Math.sign(compare(a, b)), Math.sign(i - j), `${a} and ${b}`);
  });

void test('spellings of one version are equal', () => {
  const same: readonly (readonly [VersionScheme, string, string])[] = [
    ['deb', '0:1.0', '1.0-0'],
    ['apk', '1.0-r', '1.0-r0'],
    ['rpm', '0:1.0-1', '1.0-01'],
    ['semver', 'v1.2.3+build', '1.2.3'],
    ['pep440', '1.0.0', '1'],
    ['pep440', '1.0-ALPHA.1', '1.0a1'],
    ['maven', '1.0.0', '1-ga'],
    ['gem', '1.2.b1', '1.2.b.1'],
    ['nuget', '1.0', '1.0.0.0'],
    ['composer', 'v1.0RC1', '1.0-rc.1'],
    ['composer-normal', 'v1.2', '1.2.0'],
    ['pacman', '0:1.0', '1.0-1'],
    ['gentoo', '1-r0', '1'],
    ['conan', '1.0', '1'],
    ['hackage', '1.02', '1.2'],
    ['cran', '0.1.0', '0.1-0'],
    ['composer-normal', '1.0-stable', '1'],
    ['conan', '1.01', ' 1.1'],
  ];
  for (const [scheme, a, b] of same) assert.equal(versionOrders[scheme](a, b), 0, `${scheme}: ${a} and ${b}`);
});

void test('hostile versions: any text is ordered, consistently and in linear time', () => {
  const odd = [
    '',
    '-',
    ':',
    '~',
    '^',
    '.',
    '1'.repeat(20_000),
    '1.'.repeat(10_000),
    '-1'.repeat(10_000),
    'é\u0000\ud800',
    'a1'.repeat(10_000),
  ];
  for (const [scheme, compare] of Object.entries(versionOrders))
    for (const a of odd)
      for (const b of odd) {
        const order = compare(a, b);
        assert.ok(!Number.isNaN(order), scheme);
        assert.equal(
          Math.sign(order),
          -Math.sign(compare(b, a)) || 0,
          `${scheme}: ${a.slice(0, 20)} / ${b.slice(0, 20)}`,
        );
      }
});

const vectors = join(import.meta.dirname, '../../../../shared/data/version-vectors');
const files: readonly (readonly [string, VersionScheme])[] = [
  ['deb.tsv', 'deb'],
  ['deb-univers.tsv', 'deb'],
  ['osv-debian.tsv', 'deb'],
  ['apk.tsv', 'apk'],
  ['osv-alpine.tsv', 'apk'],
  ['rpm.tsv', 'rpm'],
  ['osv-redhat.tsv', 'rpm'],
  ['semver-npm.tsv', 'semver'],
  ['osv-semver.tsv', 'semver'],
  ['pep440.tsv', 'pep440'],
  ['osv-pypi.tsv', 'pep440'],
  ['maven.tsv', 'maven'],
  ['osv-maven.tsv', 'maven'],
  ['gem.tsv', 'gem'],
  ['osv-rubygems.tsv', 'gem'],
  ['nuget.tsv', 'nuget'],
  ['nuget-univers.tsv', 'nuget'],
  ['osv-nuget.tsv', 'nuget'],
  ['composer.tsv', 'composer'],
  ['osv-packagist.tsv', 'composer'],
  ['alpm-pacman.tsv', 'pacman'],
  ['gentoo.tsv', 'gentoo'],
  ['conan.tsv', 'conan'],
  ['openssl.tsv', 'openssl'],
  ['osv-hackage.tsv', 'hackage'],
  ['osv-cran.tsv', 'cran'],
  ['osv-pub.tsv', 'pub'],
];
const holds: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '=': (order) => order === 0,
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<>': (order) => order !== 0,
};

/** Two rows of an edition of Maven's rules before 3.9; Maven's own table, which wins, has them otherwise. */
const olderMaven = new Set(['1-1.foo-bar1baz-.1', '1-ga-1']);

/** Rows that ask for something other than the order: NuGet's metadata mode, Composer's branches without an order. */
function otherQuestion(scheme: VersionScheme, a: string, op: string, b: string): boolean {
  if (scheme === 'maven') return olderMaven.has(b);
  if (scheme === 'nuget') return op === '!=' && a.includes('+') !== b.includes('+');
  return scheme === 'composer' && a.startsWith('dev-') && b.startsWith('dev-');
}

for (const [file, scheme] of files)
  void test(`${scheme}: every row of ${file}`, {
    skip: existsSync(join(vectors, file)) ? false : 'the version vectors are not beside this checkout',
  }, () => {
    const compare = versionOrders[scheme];
    const wrong: string[] = [];
    let rows = 0;
    let other = 0;
    for (const line of readFileSync(join(vectors, file), 'utf8').split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const [left = '', words = '', right = ''] = line.split('\t');
      const [a, b] = [left, right].map((each) => (each === '(empty)' ? '' : each)) as [string, string];
      const negated = words.startsWith('not ');
      const op = negated ? words.slice(4) : words;
      const check = holds[op];
      if (!check) continue;
      if (otherQuestion(scheme, a, op, b)) {
        other++;
        continue;
      }
      rows++;
      if (check(compare(a, b)) === negated) wrong.push(line);
    }
    assert.deepEqual(wrong, [], `${wrong.length} of ${rows} rows`);
    assert.ok(rows > 0);
    if (other > 0) assert.ok(other < rows);
  });
