import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tarOf, type TarItem } from '../../../test/archives.ts';
import { type Advisory, REPOSITORIES, type SourcedAdvisory } from '../advisories/advisory.ts';
import { recogniseFeed } from '../advisories/feeds.ts';
import { squash } from '../image/squash.ts';
import { LayerReader, layerLimits } from '../image/layer-reader.ts';
import { analysers } from '../inventory/analysers.ts';
import type { Distribution } from '../inventory/package.ts';
import { advisoryKeyOf } from './ecosystems.ts';
import { judge } from './judge.ts';

/** Lines of Red Hat's mapping, as its guidance for scanning vendors shows them. */
const MAPPING = {
  data: {
    'rhel-9-for-x86_64-baseos-rpms': {
      cpes: ['cpe:/o:redhat:enterprise_linux:9::baseos'],
      repo_relative_urls: ['content/dist/rhel9/9/x86_64/baseos/os'],
    },
    'rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2': {
      cpes: ['cpe:/o:redhat:rhel_eus:9.2::baseos'],
      repo_relative_urls: ['content/eus/rhel9/9.2/x86_64/baseos/os'],
    },
    'rhocp-4.14-for-rhel-9-x86_64-rpms': { cpes: ['cpe:/a:redhat:openshift:4.14::el9'] },
    broken: { cpes: 'none' },
  },
};

async function mapping(): Promise<Map<string, Advisory[]>> {
  const file = { name: 'repository-to-cpe.json', bytes: Buffer.from(JSON.stringify(MAPPING)) };
  const reader = recogniseFeed(file);
  assert.equal(reader.name, 'redhat-repositories');
  async function* files() {
    yield file;
  }
  const content = await reader.read(files());
  assert.deepEqual([content.records, content.refused.map((each) => each.id)], [4, ['broken']]);
  return new Map(
    content.entries.map((each) => [
      `${each.ecosystem} ${each.package}`,
      each.advisories.map((advisory) => ({ ...advisory })),
    ]),
  );
}

function layer(items: readonly TarItem[]) {
  const reader = new LayerReader(analysers, layerLimits, []);
  const tar = tarOf(items);
  reader.write(tar);
  return reader.finish({ diffId: `sha256:${'0'.repeat(64)}`, uncompressedSize: tar.length }).inventory;
}

const OS_RELEASE = {
  path: 'etc/os-release',
  content: 'ID="rhel"\nVERSION_ID="9.2"\nPRETTY_NAME="Red Hat Enterprise Linux 9.2 (Plow)"\n',
};
const manifest = (name: string, sets: readonly unknown[]) => ({
  path: `root/buildinfo/content_manifests/${name}.json`,
  content: JSON.stringify({ metadata: { icm_version: 1, image_layer_index: 1 }, content_sets: sets }),
});

void test('repositories are read of manifests, content sets and labels, of all layers that are still there', () => {
  const base = layer([OS_RELEASE, manifest('ubi9-container-9.2-1', ['rhel-9-for-x86_64-baseos-rpms', 7, ''])]);
  const upper = layer([
    { path: 'usr/share/buildinfo/content-sets.json', content: '{"from_dnf_hint":true,"content_sets":["b","a"]}' },
    { path: 'usr/share/buildinfo/labels.json', content: '{"cpe":"cpe:/a:redhat:openshift:4.14::el9"}' },
  ]);
  const gone = layer([{ path: 'root/buildinfo/.wh.content_manifests' }]);
  assert.deepEqual(squash([base, upper]).distribution?.repositories, [
    'a',
    'b',
    'cpe:/a:redhat:openshift:4.14::el9',
    'rhel-9-for-x86_64-baseos-rpms',
  ]);
  assert.deepEqual(squash([base, gone], { cpe: 'cpe:/a:x' }).distribution?.repositories, ['cpe:/a:x']);
  assert.equal(squash([base, gone], { cpe: 'x' }).distribution?.repositories, undefined);
  const damaged = layer([manifest('x', []), { ...manifest('y', []), content: '{' }]);
  assert.deepEqual(
    damaged.incomplete.map((each) => each.code),
    ['malformed'],
  );
});

void test('the repositories of an image decide which products’ VEX speaks of its packages', async () => {
  const known = await mapping();
  const fixed = (id: string, version: string) => ({ id, status: 'fixed' as const, ranges: [{ fixed: version }] });
  const open = (id: string) => ({ id, status: 'affected' as const, ranges: [{}] });
  const vex: Readonly<Record<string, readonly Pick<Advisory, 'id' | 'status' | 'ranges'>[]>> = {
    'Red Hat:enterprise_linux:9 openssl-libs': [
      fixed('CVE-1', '1:3.0.7-6.el9_2'),
      fixed('CVE-2', '1:3.0.7-27.el9_4'),
      fixed('CVE-3', '1:3.0.7-27.el9_4'),
      open('CVE-4'),
    ],
    'Red Hat:rhel_eus:9.2 openssl-libs': [fixed('CVE-2', '1:3.0.7-17.el9_2')],
    'Red Hat:openshift:4.14::el9 openssl-libs': [fixed('CVE-5', '1:3.0.7-18.rhaos4.14.el9'), open('CVE-6')],
    'Red Hat:openshift:4 openssl-libs': [open('CVE-7')],
    'Red Hat:openshift:4.14::el9 cri-o': [fixed('CVE-8', '1.27.4-6.rhaos4.14.el9')],
    'Red Hat:openshift:4.13::el9 openssl-libs': [open('CVE-9')],
  };
  const look =
    (withMapping: boolean) =>
    (ecosystem: string, name: string): SourcedAdvisory[] => [
      ...(vex[`${ecosystem} ${name}`] ?? []).map((each) => ({ ...each, feed: 'redhat', scheme: 'rpm' as const })),
      ...(withMapping && ecosystem === REPOSITORIES ? (known.get(`${ecosystem} ${name}`) ?? []) : []).map((each) => ({
        ...each,
        feed: 'redhat-repositories',
      })),
    ];
  const judged = (repositories: readonly string[] | undefined, version: string, withMapping = true, name?: string) => {
    const distribution: Distribution = {
      id: 'rhel',
      version: '9.2',
      name: 'RHEL',
      ...(repositories && { repositories }),
    };
    const key = advisoryKeyOf({ type: 'rpm', name: name ?? 'openssl-libs', version }, distribution)!;
    return judge(key, look(withMapping))
      .map((each) => `${each.id} ${each.fixedVersion ?? each.status}`)
      .sort();
  };
  const main = ['rhel-9-for-x86_64-baseos-rpms'];
  const eus = ['rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2'];
  const openshift = [...main, 'rhocp-4.14-for-rhel-9-x86_64-rpms'];
  const everything = ['CVE-1 1:3.0.7-6.el9_2', 'CVE-2 1:3.0.7-27.el9_4', 'CVE-3 1:3.0.7-27.el9_4', 'CVE-4 affected'];
  assert.deepEqual(judged(main, '1:3.0.7-5.el9'), everything);
  assert.deepEqual(judged(undefined, '1:3.0.7-5.el9'), everything);
  assert.deepEqual(judged(eus, '1:3.0.7-5.el9', false), everything);
  // The stream decides of what it speaks; of the rest a later build of the main release is no fix.
  assert.deepEqual(judged(eus, '1:3.0.7-5.el9'), [
    'CVE-1 1:3.0.7-6.el9_2',
    'CVE-2 1:3.0.7-17.el9_2',
    'CVE-3 affected',
    'CVE-4 affected',
  ]);
  assert.deepEqual(judged(eus, '1:3.0.7-17.el9_2'), ['CVE-3 affected', 'CVE-4 affected']);
  // Of both: a build of the stream by the stream, others by the main release.
  assert.deepEqual(judged([...main, ...eus], '1:3.0.7-17.el9_2'), ['CVE-3 affected', 'CVE-4 affected']);
  assert.deepEqual(judged([...main, ...eus], '1:3.0.7-20.el9'), [
    'CVE-2 1:3.0.7-27.el9_4',
    'CVE-3 1:3.0.7-27.el9_4',
    'CVE-4 affected',
  ]);
  // A layered product: what is fixed under its release, what is open under its major one; no other release of it.
  assert.deepEqual(judged(openshift, '1:3.0.7-28.el9'), ['CVE-4 affected', 'CVE-6 affected', 'CVE-7 affected']);
  assert.deepEqual(judged(openshift, '1.27.4-5.rhaos4.14.el9', true, 'cri-o'), ['CVE-8 1.27.4-6.rhaos4.14.el9']);
  assert.deepEqual(judged(main, '1.27.4-5.rhaos4.14.el9', true, 'cri-o'), []);
  assert.deepEqual(judged(['cpe:/a:redhat:openshift:4.14::el9'], '1.27.4-5.rhaos4.14.el9', false, 'cri-o'), [
    'CVE-8 1.27.4-6.rhaos4.14.el9',
  ]);
});

void test('of the builds of several minor releases, that of the package’s own decides', () => {
  // As Red Hat's VEX has CVE-2023-38545: 9.2 was mended under the main release while it was the newest.
  const fixes = ['7.76.1-23.el9_2.4', '7.76.1-26.el9_3.2'];
  const look = (ecosystem: string, name: string): SourcedAdvisory[] =>
    ecosystem === 'Red Hat:enterprise_linux:9' && name === 'curl'
      ? fixes.map((fixed) => ({
          id: 'CVE-2023-38545',
          feed: 'redhat',
          status: 'fixed',
          scheme: 'rpm',
          of: 'binary',
          ranges: [{ fixed }],
        }))
      : [];
  const judged = (version: string, repositories?: readonly string[]) => {
    const distribution = { id: 'rhel', version: '9.2', name: 'RHEL', ...(repositories && { repositories }) };
    return judge(advisoryKeyOf({ type: 'rpm', name: 'curl', version }, distribution)!, look).map(
      (each) => each.fixedVersion ?? each.status,
    );
  };
  assert.deepEqual(judged('7.76.1-23.el9_2.1'), ['7.76.1-23.el9_2.4']);
  assert.deepEqual(judged('7.76.1-23.el9_2.4'), []);
  assert.deepEqual(judged('7.76.1-26.el9_3.1'), ['7.76.1-26.el9_3.2']);
  assert.deepEqual(judged('7.76.1-14.el9'), ['7.76.1-26.el9_3.2']);
  const eus = ['cpe:/o:redhat:rhel_eus:9.2::baseos'];
  assert.deepEqual(judged('7.76.1-23.el9', eus), ['7.76.1-23.el9_2.4']);
  assert.deepEqual(judged('7.76.1-23.el9_2.4', eus), []);
  assert.deepEqual(judged('7.76.1-14.el9_0.1', ['cpe:/o:redhat:rhel_eus:9.0::baseos']), ['affected']);
});
