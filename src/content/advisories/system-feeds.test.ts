import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tarOf, type TarItem } from '../../../test/archives.ts';
import { Random } from '../../../test/random.ts';
import { isAssayError } from '../../lib/error.ts';
import { advisoryKeyOf } from '../findings/ecosystems.ts';
import { endOfLifeBy } from '../findings/end-of-life.ts';
import { judge } from '../findings/judge.ts';
import { LayerReader, layerLimits } from '../image/layer-reader.ts';
import { squash } from '../image/squash.ts';
import { analysers } from '../inventory/analysers.ts';
import type { Distribution, FoundPackage } from '../inventory/package.ts';
import type { FeedContent } from './feed.ts';
import { feedReaders, recogniseFeed } from './feeds.ts';
import { readUpdates } from './updateinfo-document.ts';

const folder = join(import.meta.dirname, '../../../test/fixtures/feeds');

/** Real records as their publishers had them (see NOTICE), with the reader each must find. */
const FIXTURES: readonly (readonly [file: string, reader: string, records: number, refused: number])[] = [
  ['oracle-ksplice.xml', 'oracle', 1, 0],
  ['oracle-architectures.xml', 'oracle', 3, 0],
  ['suse.xml', 'suse', 4, 0],
  ['amazon-2.xml', 'amazon', 1, 0],
  ['rocky-8.xml', 'rocky', 2, 0],
  ['bottlerocket.xml', 'bottlerocket', 3, 0],
  ['cve_data_photon4.0.json', 'photon', 7, 0],
  ['arch-all.json', 'arch', 5, 0],
];

async function read(name: string, bytes: Uint8Array = readFileSync(join(folder, name))): Promise<FeedContent> {
  const file = { name, bytes };
  async function* files() {
    yield file;
  }
  return recogniseFeed(file).read(files());
}

/** What the feed finds of a package of a distribution, as a scan finds it. */
function found(content: FeedContent, distribution: Omit<Distribution, 'name'>, of: FoundPackage): string[] {
  const key = advisoryKeyOf(of, { ...distribution, name: distribution.id });
  assert.ok(key, `${distribution.id} ${distribution.version} has advisories`);
  const look = (ecosystem: string, name: string) =>
    content.entries
      .filter((each) => each.ecosystem === ecosystem && each.package === name)
      .flatMap((each) => each.advisories.map((advisory) => ({ ...advisory, feed: 'f' })));
  return judge(key, look)
    .map((each) => `${each.id} ${each.fixedVersion ?? each.status}`)
    .sort();
}

const rpm = (name: string, version: string, more: Partial<FoundPackage> = {}): FoundPackage => ({
  type: 'rpm',
  name,
  version,
  architecture: 'x86_64',
  ...more,
});

void test('every fixture is recognised, and every record counted', async () => {
  for (const [name, reader, records, refused] of FIXTURES) {
    const bytes = readFileSync(join(folder, name));
    assert.equal(recogniseFeed({ name, bytes }).name, reader, name);
    const content = await read(name);
    assert.deepEqual([content.records, content.refused.length], [records, refused], name);
  }
  assert.equal((await read('suse.xml')).part, '15');
  assert.equal((await read('amazon-2.xml')).part, '2');
  assert.equal((await read('cve_data_photon4.0.json')).part, '4.0');
});

void test('Oracle: builds for Ksplice are held against their kind, architectures against their own', async () => {
  const ksplice = await read('oracle-ksplice.xml');
  const oracle8 = { id: 'ol', version: '8.10' };
  const both = ['CVE-2021-3449 2:1.1.1g-15.ksplice1.el8_3', 'CVE-2021-3450 2:1.1.1g-15.ksplice1.el8_3'];
  assert.deepEqual(found(ksplice, oracle8, rpm('openssl-libs', '2:1.1.1g-12.ksplice1.el8_3')), both);
  assert.deepEqual(found(ksplice, oracle8, rpm('openssl-libs', '2:1.1.1g-15.ksplice1.el8_3')), []);
  assert.deepEqual(found(ksplice, oracle8, rpm('openssl-libs', '1:1.1.1g-12.el8_3')), []);
  assert.deepEqual(found(ksplice, oracle8, rpm('openssl-static', '2:1.1.1g-12.ksplice1.el8_3')), []);
  const arm = rpm('openssl-static', '2:1.1.1g-12.ksplice1.el8_3', { architecture: 'aarch64' });
  assert.deepEqual(found(ksplice, oracle8, arm), both);
  const architectures = await read('oracle-architectures.xml');
  const oracle7 = { id: 'ol', version: '7.9' };
  const rsyslog = (architecture: string, version: string) =>
    found(architectures, oracle7, rpm('rsyslog', version, { architecture }));
  assert.deepEqual(rsyslog('x86_64', '8.24.0-57.0.1.el7_9.3'), []);
  assert.deepEqual(rsyslog('x86_64', '8.24.0-57.el7_9.2'), ['CVE-2022-24903 8.24.0-57.0.1.el7_9.3']);
  assert.deepEqual(rsyslog('aarch64', '8.24.0-57.0.1.el7_9.3'), ['CVE-2022-24903 8.24.0-57.0.4.el7_9.3']);
});

void test('SUSE: binary packages by product and module; what is not affected is not said', async () => {
  const content = await read('suse.xml');
  const sles = { id: 'sles', version: '15' };
  const client = (version: string) => found(content, sles, rpm('krb5-client', version, { sourceName: 'krb5' }));
  assert.deepEqual(client('1.15.2-4.1'), ['CVE-2010-1323 1.15.2-4.25']);
  assert.deepEqual(client('1.15.2-4.25'), []);
  const server = rpm('krb5-server', '1.15.2-4.1', { sourceName: 'krb5' });
  assert.deepEqual(found(content, sles, server), ['CVE-2010-1323 1.15.2-4.25']);
  assert.deepEqual(found(content, { id: 'sles', version: '15.1' }, rpm('kernel-default', '4.12.14-1')), [
    'CVE-2021-29154 4.12.14-197.89.2',
  ]);
  assert.deepEqual(found(content, { id: 'opensuse-leap', version: '15.5' }, rpm('kernel-default', '4.12.14-1')), []);
  assert.ok(!content.entries.some((each) => each.package === 'python3-cryptography'));
});

void test('notices by updateinfo: Amazon, Rocky with its modules, Bottlerocket with epochs', async () => {
  const amazon = await read('amazon-2.xml');
  assert.deepEqual(found(amazon, { id: 'amzn', version: '2' }, rpm('kernel', '4.14.231-173.360.amzn2')), [
    'CVE-2021-22543 4.14.243-185.433.amzn2',
  ]);
  assert.deepEqual(found(amazon, { id: 'amzn', version: '2023' }, rpm('kernel', '4.14.231-1')), []);
  const rocky = await read('rocky-8.xml');
  const bson = (module: string) =>
    found(rocky, { id: 'rocky', version: '8.9' }, rpm('rubygem-bson', '4.3.0-1.module+el8.4.0+1+x', { module }));
  assert.deepEqual(bson('ruby:2.6'), ['CVE-2020-25097 4.3.0-2.module+el8.4.0+592+03ff458a']);
  assert.deepEqual(bson('ruby:2.7'), []);
  assert.deepEqual(found(rocky, { id: 'rocky', version: '8.9' }, rpm('bind-export-devel', '31:9.99-1.el8')), [
    'CVE-2021-25215 32:9.11.26-4.el8_4',
  ]);
  const bottlerocket = await read('bottlerocket.xml');
  const glibc = (version: string) =>
    found(bottlerocket, { id: 'bottlerocket', version: '1.50.0' }, rpm('bottlerocket-glibc', version));
  assert.deepEqual(glibc('2.43-1.1773716061.e2e9d7a9.br1'), ['CVE-2025-15281 1:2.43-1.1773716061.e2e9d7a9.br1']);
  assert.deepEqual(glibc('1:2.43-1.1773716061.e2e9d7a9.br1'), []);
});

void test('Amazon’s extras hold where an image has their topic enabled', async () => {
  const notice = (id: string, version: string) =>
    `<updates><update type="security"><id>${id}</id><title>x</title><severity>important</severity><references><reference id="CVE-2026-0001" type="cve"/></references><pkglist><collection><package name="php" epoch="0" version="${version}" release="1.amzn2" arch="x86_64"/></collection></pkglist></update></updates>`;
  const core = await read('core.xml', Buffer.from(notice('ALAS2-2026-001', '5.4.16')));
  const topic = await read('php.xml', Buffer.from(notice('ALAS2PHP8.2-2026-001', '8.2.9')));
  assert.deepEqual([core.part, topic.part], ['2', '2-php8.2']);
  const repository = (topics: readonly string[]): TarItem => ({
    path: 'etc/yum.repos.d/amzn2-extras.repo',
    content: ['docker', 'php8.2', 'nginx1']
      .map(
        (each) =>
          `[amzn2extra-${each}]\nenabled = ${topics.includes(each) ? 1 : 0}\nname = Amazon Extras repo for ${each}\n`,
      )
      .join('\n'),
  });
  const image = (topics: readonly string[]) => {
    const reader = new LayerReader(analysers, layerLimits, []);
    const release = { path: 'etc/os-release', content: 'ID="amzn"\nVERSION_ID="2"\nPRETTY_NAME="Amazon Linux 2"\n' };
    const tar = tarOf([release, repository(topics)]);
    reader.write(tar);
    return squash([reader.finish({ diffId: '', uncompressedSize: tar.length }).inventory]).distribution!;
  };
  const both = { ...core, entries: [...core.entries, ...topic.entries] };
  assert.deepEqual(image(['docker', 'php8.2']).repositories, ['amzn2extra-docker', 'amzn2extra-php8.2']);
  assert.deepEqual(found(both, image(['php8.2']), rpm('php', '8.2.1-1.amzn2')), ['CVE-2026-0001 8.2.9-1.amzn2']);
  assert.deepEqual(found(both, image(['docker']), rpm('php', '5.4.16-1.amzn2')), []);
  assert.deepEqual(found(both, image([]), rpm('php', '5.4.1-1.amzn2')), ['CVE-2026-0001 5.4.16-1.amzn2']);
  const ids = ['ALAS-2018-1093', 'ALAS2023-2023-126', 'ALAS2LIVEPATCH-2024-001', 'ALAS2KERNEL-5.10-2022-001'];
  const parts: (string | undefined)[] = [];
  for (const id of ids) parts.push((await read('x.xml', Buffer.from(notice(id, '1')))).part);
  assert.deepEqual(parts, ['1', '2023', '2', '2-kernel-5.10']);
});

void test('Photon and Arch: what is not affected is not said, what is not fixed stays open', async () => {
  const photon = await read('cve_data_photon4.0.json');
  const photon4 = { id: 'photon', version: '4.0' };
  assert.deepEqual(found(photon, photon4, rpm('curl', '7.88.1-3.ph4')), [
    'CVE-2023-38545 7.88.1-4.ph4',
    'CVE-2023-38546 7.88.1-4.ph4',
  ]);
  assert.deepEqual(found(photon, photon4, rpm('httpd', '1')), []);
  assert.deepEqual(found(photon, photon4, rpm('python3', '1')), ['CVE-2023-50447 under-investigation']);
  const arch = await read('arch-all.json');
  const pacman = (name: string, version: string) =>
    found(arch, { id: 'arch', version: '' }, { type: 'alpm', name, version });
  assert.deepEqual(pacman('lib32-glibc', '2.38-1'), ['CVE-2023-4911 2.38-2']);
  assert.deepEqual(pacman('glibc', '1:2.0-1'), []);
  assert.deepEqual(pacman('pam', '1.7.0-2'), ['CVE-2025-6020 affected']);
  assert.deepEqual(pacman('test-pkg', '0.9.0-1'), ['AVG-2222 1.0.0-1']);
});

void test('Debian’s support: what is open in a package that is mended no more is said to be so', async () => {
  const ended =
    '# List of packages whose security support ends before the distribution EOL\n\npdns  4.7.3-2  2025-10-01  not feasible\nphp-horde.*\t0\t2025-03-22\nbroken\n';
  const content = await read('security-support-ended.deb12', Buffer.from(ended));
  assert.deepEqual(
    [content.records, content.refused.map((each) => each.id), content.part],
    [3, ['broken'], 'ended-12'],
  );
  const limited =
    '# List of packages where security support is limited\n\nbinutils  Only suitable for trusted content\n';
  const other = await read('security-support-limited', Buffer.from(limited));
  const tracker = ['pdns', 'php-horde-core', 'binutils', 'curl'].map((name) => ({
    ecosystem: 'Debian:12',
    package: name,
    advisories: [
      { id: 'CVE-1', status: 'affected' as const, scheme: 'deb' as const, ranges: [{}], statusDetail: 'no DSA' },
      { id: 'CVE-2', status: 'fixed' as const, scheme: 'deb' as const, ranges: [{ fixed: '9' }] },
    ],
  }));
  const all = { ...content, entries: [...content.entries, ...other.entries, ...tracker] };
  const debian = (name: string, version = '12') =>
    found(all, { id: 'debian', version }, { type: 'deb', name, version: '1' });
  assert.deepEqual(debian('pdns'), ['CVE-1 end-of-life', 'CVE-2 9']);
  assert.deepEqual(debian('php-horde-core'), ['CVE-1 end-of-life', 'CVE-2 9']);
  assert.deepEqual(debian('curl'), ['CVE-1 affected', 'CVE-2 9']);
  assert.deepEqual(debian('binutils'), ['CVE-1 affected', 'CVE-2 9']);
  assert.match(other.entries[0]?.advisories[0]?.statusDetail ?? '', /security support is limited: Only suitable/);
});

void test('endoflife.date: releases that are not known here, by their version or its beginning', async () => {
  const list = {
    schema_version: '1.2.0',
    generated_at: '2026-11-01T00:00:00Z',
    result: [
      { name: 'oracle-linux', releases: [{ name: '9', isEol: false, eolFrom: '2032-06-30', eoesFrom: '2035-06-30' }] },
      { name: 'debian', releases: [{ name: '12', eolFrom: '1999-01-01' }] },
      { name: 'python', releases: [{ name: '3.99', eolFrom: null }] },
      { releases: [] },
    ],
  };
  const content = await read('full.json', Buffer.from(JSON.stringify(list)));
  assert.deepEqual([content.records, content.refused.length], [4, 1]);
  const look = (ecosystem: string, name: string) =>
    content.entries
      .filter((each) => each.ecosystem === ecosystem && each.package === name)
      .flatMap((each) => each.advisories.map((advisory) => ({ ...advisory, feed: 'endoflife' })));
  const end = (id: string, version: string) => endOfLifeBy({ id, version, name: id }, look)?.endedAt;
  assert.deepEqual([end('ol', '9.4'), end('ol', '8'), end('debian', '12')], ['2032-06-30', undefined, '2026-07-11']);
});

void test('notices without packages, of other kinds or of nobody are refused with a reason', async () => {
  const xml =
    '<updates><update type="security"><id>RLSA-2026:0001</id></update><update type="bugfix"><id>RLSA-2026:0002</id></update><update><id>x</id></update></updates>';
  const { records, refused } = await read('x.xml', Buffer.from(xml));
  assert.deepEqual([records, refused.map((each) => each.id)], [3, ['RLSA-2026:0001', 'RLSA-2026:0002', 'x']]);
  assert.throws(
    () => [...readUpdates('<updates><update')],
    (error) => isAssayError(error, 'content-malformed'),
  );
});

void test('damaged feeds of systems end in a reason, never in a crash', async () => {
  const random = new Random(20261128);
  const rounds = process.env['ASSAY_LONG'] ? 2000 : 40;
  for (const [name, reader] of FIXTURES) {
    const whole = readFileSync(join(folder, name));
    for (let round = 0; round < rounds; round++) {
      const bytes = Buffer.from(whole);
      for (let hits = 1 + random.below(6); hits > 0; hits--) {
        const at = random.below(bytes.length);
        if (random.below(3) === 0) bytes.copy(bytes, at, random.below(bytes.length));
        else bytes[at] = random.below(256);
      }
      const file = { name, bytes: random.below(4) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes };
      async function* files() {
        yield file;
      }
      try {
        const content = await feedReaders.find((each) => each.name === reader)!.read(files());
        assert.ok(content.records >= content.withdrawn);
      } catch (error) {
        if (!isAssayError(error)) throw error;
      }
    }
  }
});
