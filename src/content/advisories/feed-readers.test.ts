import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { tarOf, zipOf } from '../../../test/archives.ts';
import { Random } from '../../../test/random.ts';
import { isAssayError } from '../../lib/error.ts';
import { judge } from '../findings/judge.ts';
import type { AdvisoryKey } from '../findings/ecosystems.ts';
import { type Advisory, LIKELIHOOD, RATINGS } from './advisory.ts';
import type { FeedContent } from './feed.ts';
import { feedReaders, recogniseFeed } from './feeds.ts';

const product = (id: string, helper: object) => ({
  category: 'product_version',
  name: id,
  product: { name: id, product_id: id, product_identification_helper: helper },
});
const relation = (component: string, platform: string) => ({
  category: 'default_component_of',
  full_product_name: { name: 'x', product_id: `${platform}:${component}` },
  product_reference: component,
  relates_to_product_reference: platform,
});
const CSAF = {
  document: {
    category: 'csaf_vex',
    title: 'openssl: a hole',
    publisher: { name: 'Red Hat Product Security' },
    aggregate_severity: { text: 'Moderate' },
    tracking: { id: 'CVE-2026-0001', current_release_date: '2026-05-01T00:00:00Z', status: 'final' },
  },
  product_tree: {
    branches: [
      {
        category: 'vendor',
        name: 'Red Hat',
        branches: [
          product('BaseOS-9', { cpe: 'cpe:/o:redhat:enterprise_linux:9::baseos' }),
          product('rhel9', { cpe: 'cpe:/o:redhat:enterprise_linux:9' }),
          product('rhel8', { cpe: 'cpe:/a:redhat:enterprise_linux:8::appstream' }),
          product('openssl-libs-1:3.0.7-25.el9.x86_64', {
            purl: 'pkg:rpm/redhat/openssl-libs@3.0.7-25.el9?arch=x86_64&epoch=1',
          }),
          product('openssl-1:3.0.7-25.el9.src', { purl: 'pkg:rpm/redhat/openssl@3.0.7-25.el9?arch=src&epoch=1' }),
          product('compat-openssl11', { purl: 'pkg:rpm/redhat/compat-openssl11?arch=src' }),
          product('edk2', { purl: 'pkg:rpm/redhat/edk2?arch=src' }),
          product('shim', { purl: 'pkg:rpm/redhat/shim?arch=src' }),
          product('nodejs:18:8040', { purl: 'pkg:rpmmod/redhat/nodejs@18:8040' }),
          product('npm-1:9-1', { purl: 'pkg:rpm/redhat/npm@9-1.module%2Bel8?arch=x86_64&epoch=1' }),
          product('image', { purl: 'pkg:oci/image@sha256:1' }),
        ],
      },
    ],
    relationships: [
      relation('openssl-libs-1:3.0.7-25.el9.x86_64', 'BaseOS-9'),
      relation('openssl-1:3.0.7-25.el9.src', 'BaseOS-9'),
      relation('compat-openssl11', 'rhel9'),
      relation('edk2', 'rhel9'),
      relation('shim', 'rhel9'),
      relation('nodejs:18:8040', 'rhel8'),
      relation('npm-1:9-1', 'rhel8:nodejs:18:8040'),
      relation('image', 'rhel9'),
    ],
  },
  vulnerabilities: [
    {
      cve: 'CVE-2026-0001',
      product_status: {
        fixed: [
          'BaseOS-9:openssl-libs-1:3.0.7-25.el9.x86_64',
          'BaseOS-9:openssl-1:3.0.7-25.el9.src',
          'rhel8:nodejs:18:8040:npm-1:9-1',
        ],
        known_affected: ['rhel9:compat-openssl11', 'rhel9:edk2', 'rhel9:image'],
        known_not_affected: ['rhel9:shim'],
      },
      remediations: [
        {
          category: 'vendor_fix',
          product_ids: ['BaseOS-9:openssl-libs-1:3.0.7-25.el9.x86_64'],
          url: 'https://access.redhat.com/errata/RHSA-2026:7',
        },
        { category: 'no_fix_planned', details: 'Will not fix', product_ids: ['rhel9:compat-openssl11'] },
        { category: 'no_fix_planned', details: 'Out of support scope', product_ids: ['rhel9:edk2'] },
      ],
      scores: [
        {
          cvss_v3: { vectorString: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N' },
          products: ['BaseOS-9:openssl-libs-1:3.0.7-25.el9.x86_64'],
        },
      ],
      threats: [{ category: 'impact', details: 'Important', product_ids: ['rhel9:edk2'] }],
    },
  ],
};
const VEX = {
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'x',
  author: 'Canonical Ltd.',
  statements: [
    {
      vulnerability: { name: 'CVE-2026-0002', aliases: ['https://ubuntu.com/security/notices/USN-1-1'] },
      products: [
        { '@id': 'pkg:deb/ubuntu/curl@7.81.0-1ubuntu1.24?arch=source&distro=jammy' },
        { '@id': 'pkg:deb/ubuntu/libcurl4@7.81.0-1ubuntu1.24?arch=amd64&distro=jammy' },
        { '@id': 'pkg:deb/ubuntu/curl@7.47.0-1%2Besm1?arch=source&distro=esm-infra/xenial' },
      ],
      status: 'fixed',
    },
    {
      vulnerability: { name: 'CVE-2026-0003' },
      products: [{ '@id': 'pkg:deb/ubuntu/curl@7.81.0-1?arch=source&distro=jammy' }],
      status: 'not_affected',
    },
  ],
};
const NVD = {
  format: 'NVD_CVE',
  vulnerabilities: [
    {
      cve: {
        id: 'CVE-2026-0004',
        lastModified: '2026-01-01T00:00:00.000',
        metrics: {
          cvssMetricV31: [
            { type: 'Secondary', cvssData: { vectorString: 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N' } },
            { type: 'Primary', cvssData: { vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' } },
          ],
        },
      },
    },
    { cve: { id: 'CVE-2026-0005', vulnStatus: 'Rejected' } },
    { cve: { id: 'nothing' } },
  ],
};
const CVE = {
  dataType: 'CVE_RECORD',
  cveMetadata: { cveId: 'CVE-2026-0006', state: 'PUBLISHED' },
  containers: {
    cna: {
      metrics: [{ cvssV4_0: { vectorString: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N' } }],
    },
  },
};
const OVAL = `<?xml version="1.0"?><oval_definitions xmlns="x"><generator><oval:timestamp>2026-01-01T00:00:00Z</oval:timestamp></generator>
<definitions><definition class="vulnerability" id="d1"><metadata><title>CVE-2026-0007 affecting Azure Linux &amp; more</title>
<reference ref_id="CVE-2026-0007" source="CVE"/><patchable>true</patchable><severity>High</severity></metadata>
<criteria operator="AND"><criterion test_ref="t1"/><criterion test_ref="t2"/></criteria></definition>
<definition id="d2"><metadata><reference ref_id="CVE-2026-0008" source="CVE"/><patchable>Not Applicable</patchable></metadata><criteria><criterion test_ref="t1"/></criteria></definition></definitions>
<tests><rpminfo_test id="t1"><object object_ref="o1"/><state state_ref="s1"/></rpminfo_test><rpminfo_test id="t2"><object object_ref="o1"/><state state_ref="s2"/></rpminfo_test></tests>
<objects><rpminfo_object id="o1"><name>curl</name></rpminfo_object></objects>
<states><rpminfo_state id="s1"><evr operation="less than">0:8.0-2.azl3</evr></rpminfo_state><rpminfo_state id="s2"><evr operation="greater than">0:7.0-1.azl3</evr></rpminfo_state></states></oval_definitions>`;
const RUSTSEC = `\`\`\`toml
[advisory]
id = "RUSTSEC-2026-0001"
package = "x"
date = "2026-01-01"
aliases = ["CVE-2026-0009", # comment
  "GHSA-a-b-c"]
cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"
[affected]
functions = { "x::y" = ["< 2"] }
[versions]
patched = [">= 1.2.3, < 2.0.0-0", ">= 2.1"]
unaffected = ["< 1.0.0"]
\`\`\`

# A hole in x
`;
const GEM =
  'gem: x\ncve: 2026-0010\ntitle: a hole\ncvss_v3: 7.5\npatched_versions:\n  - "~> 1.2.3"\n  - ">= 2.0.1"\nunaffected_versions:\n  - "< 0.5"\n';
const PHP =
  "title: a hole\ncve: CVE-2026-0011\nreference: composer://a/B\nbranches:\n  1.x:\n    versions: ['>=1.0', '<1.2']\n  2.x:\n    versions: ['>=2', '<=2.3']\n";
const NODE = {
  cve: ['CVE-2026-0012'],
  vulnerable: '14.x || 16.x',
  patched: '^14.20.1 || ^16.17.1',
  overview: 'a hole',
};
const DSA = `[29 Mar 2023] DSA-5380-1 xorg-server - security update\n\t{CVE-2023-1393}\n\t[bullseye] - xorg-server 2:1.20.11-1+deb11u6\n\tNOTE: x\n[17 Mar 2023] DSA-5356-2 sox - regression update\n\t[bullseye] - sox 14.4.2-2\n`;
const EPSS =
  '#model_version:v2025,score_date:2026-02-20T00:00:00+0000\ncve,epss,percentile\nCVE-1999-0001,0.00383,0.73075\nnothing,1,2\n';
const WOLFI = {
  apkurl: 'x',
  reponame: 'os',
  urlprefix: 'https://packages.wolfi.dev',
  packages: [{ pkg: { name: 'curl', secfixes: { '8.0-r1': ['CVE-2026-0013'] } } }],
};

const SET = [
  { assayFeed: 1, feed: 'osv-npm', licence: 'CC-BY-4.0', records: 7, withdrawn: 1, newestAt: '2026-01-01T00:00:00Z' },
  {
    ecosystem: 'npm',
    package: 'x',
    advisories: [{ scheme: 'semver', id: 'CVE-2026-0014', status: 'fixed', ranges: [{ fixed: '2.0.0' }] }],
  },
  { ecosystem: 'npm', package: 'y', advisories: [{ id: 'CVE-2026-0015', status: 'fixed', scheme: 'made up' }] },
]
  .map((each) => JSON.stringify(each))
  .join('\n');

const samples: readonly (readonly [reader: string, name: string, text: string])[] = [
  ['redhat', 'cve-2026-0001.json', JSON.stringify(CSAF)],
  ['ubuntu-vex', 'CVE-2026-0002.json', JSON.stringify(VEX)],
  ['nvd', 'nvd.json', JSON.stringify(NVD)],
  ['cve', 'CVE-2026-0006.json', JSON.stringify(CVE)],
  ['azure-linux', 'azurelinux-3.0-oval.xml', OVAL],
  ['rustsec', 'RUSTSEC-2026-0001.md', RUSTSEC],
  ['rubysec', 'CVE-2026-0010.yml', GEM],
  ['php', 'CVE-2026-0011.yaml', PHP],
  ['nodejs', '12.json', JSON.stringify(NODE)],
  ['debian-notices', 'DSA/list', DSA],
  ['epss', 'epss.csv', EPSS],
  ['alpine', 'security.json', JSON.stringify(WOLFI)],
  ['assay', 'osv-npm.ndjson', SET],
];

async function read(name: string, bytes: Uint8Array): Promise<FeedContent> {
  const file = { name, bytes };
  async function* files() {
    yield file;
  }
  return recogniseFeed(file).read(files());
}

const sample = (reader: string) => {
  const [, name, text] = samples.find(([each]) => each === reader)!;
  return read(name, Buffer.from(text));
};

function found(content: FeedContent, key: AdvisoryKey): string[] {
  const look = (ecosystem: string, name: string) =>
    content.entries
      .filter((each) => each.ecosystem === ecosystem && each.package === name)
      .flatMap((each) => each.advisories.map((advisory: Advisory) => ({ ...advisory, feed: 'f' })));
  return judge(key, look).map((each) => `${each.id} ${each.fixedVersion ?? each.status}`);
}

void test('every sample is recognised, in an archive and packed too', async () => {
  for (const [reader, name, text] of samples) {
    const bytes = Buffer.from(text);
    assert.equal(recogniseFeed({ name, bytes }).name, reader, name);
    const plain = await read(name, bytes);
    for (const [packed, as] of [
      [zipOf({ [name]: text }), 'x.zip'],
      [gzipSync(tarOf([{ path: name, content: text }])), 'x.tar.gz'],
      [
        zstdCompressSync(
          tarOf([
            { path: 'LICENSE', content: 'x' },
            { path: name, content: text },
          ]),
        ),
        'x.tar.zst',
      ],
      [zstdCompressSync(bytes), `${name}.zst`],
    ] as const) {
      assert.equal(recogniseFeed({ name: as, bytes: packed }).name, reader, `${name} in ${as}`);
      assert.deepEqual(await read(as, packed), plain, `${name} in ${as}`);
    }
  }
});

void test('Red Hat: binaries fixed, sources open with the reason, modules by stream, images passed over', async () => {
  const content = await sample('redhat');
  assert.deepEqual([content.records, content.refused.length], [1, 0]);
  const rhel = (name: string, version: string, sourceName: string, el = 9): AdvisoryKey => ({
    ecosystem: `Red Hat:enterprise_linux:${el}`,
    name,
    version,
    sourceName,
  });
  assert.deepEqual(found(content, rhel('openssl-libs', '1:3.0.7-24.el9', 'openssl')), ['CVE-2026-0001 1:3.0.7-25.el9']);
  assert.deepEqual(found(content, rhel('openssl-libs', '1:3.0.7-25.el9', 'openssl')), []);
  assert.deepEqual(found(content, rhel('openssl-libs', '3.0.7-99.el9', 'openssl')), ['CVE-2026-0001 1:3.0.7-25.el9']);
  assert.deepEqual(found(content, rhel('compat-openssl11-x', '1:1', 'compat-openssl11')), [
    'CVE-2026-0001 will-not-fix',
  ]);
  assert.deepEqual(found(content, rhel('edk2-ovmf', '1', 'edk2')), ['CVE-2026-0001 end-of-life']);
  assert.deepEqual(found(content, rhel('shim', '1', 'shim')), []);
  assert.deepEqual(found(content, { ...rhel('npm', '1:8-1.module+el8', 'nodejs', 8), module: 'nodejs:18' }), [
    'CVE-2026-0001 1:9-1.module+el8',
  ]);
  assert.deepEqual(found(content, { ...rhel('npm', '1:8-1.module+el8', 'nodejs', 8), module: 'nodejs:16' }), []);
  const advisories = content.entries.flatMap((each) => each.advisories);
  const fixed = advisories.find((each) => each.aliases?.[0] === 'RHSA-2026:7')!;
  assert.deepEqual([fixed.severity, fixed.cvss?.length], ['medium', 1]);
  assert.equal(advisories.find((each) => each.status === 'end-of-life')?.severity, 'high');
});

void test('Ubuntu VEX: source packages, Pro apart, what is not affected is not said', async () => {
  const content = await sample('ubuntu-vex');
  assert.deepEqual(
    content.entries.map((each) => `${each.ecosystem} ${each.package} ${each.advisories.map((one) => one.id).join()}`),
    ['Ubuntu:22.04:LTS curl CVE-2026-0002', 'Ubuntu:Pro:16.04:LTS curl CVE-2026-0002'],
  );
  assert.deepEqual(content.entries[1]!.advisories[0]!.ranges, [{ fixed: '7.47.0-1+esm1' }]);
});

void test('catalogues: the NVD’s own vector first, rejections, CVSS 4.0 of CVE records, EPSS', async () => {
  const nvd = await sample('nvd');
  assert.deepEqual([nvd.records, nvd.refused.length, nvd.withdrawn, nvd.part], [3, 1, 1, '2026']);
  const [first, second] = nvd.entries;
  assert.equal(first?.ecosystem, RATINGS);
  assert.equal(first?.advisories[0]?.severity, 'critical');
  assert.equal(second?.advisories[0]?.status, 'not-affected');
  const cve = await sample('cve');
  assert.deepEqual([cve.entries[0]?.package, cve.entries[0]?.advisories[0]?.severity], ['CVE-2026-0006', 'critical']);
  const epss = await sample('epss');
  assert.deepEqual([epss.records, epss.refused.length, epss.newestAt], [2, 1, '2026-02-20T00:00:00Z']);
  assert.deepEqual(epss.entries[0], {
    ecosystem: LIKELIHOOD,
    package: 'CVE-1999-0001',
    advisories: [
      {
        id: 'CVE-1999-0001',
        status: 'affected',
        scheme: 'semver',
        likelihood: { score: 0.00383, percentile: 0.73075 },
      },
    ],
  });
});

void test('library databases: everything but the good versions, Azure’s comparisons together, Debian’s notices', async () => {
  const rust = await sample('rustsec');
  const at = (version: string) => found(rust, { ecosystem: 'crates.io', name: 'x', version });
  assert.deepEqual(
    ['0.9.0', '1.0.0', '1.2.2', '1.2.3', '2.0.0', '2.1.0'].map((version) => at(version)[0] ?? '-'),
    ['-', 'CVE-2026-0009 1.2.3', 'CVE-2026-0009 1.2.3', '-', 'CVE-2026-0009 2.1.0', '-'],
  );
  assert.deepEqual(rust.entries[0]!.advisories[0]!.aliases, ['RUSTSEC-2026-0001', 'GHSA-a-b-c']);
  const gem = await sample('rubysec');
  const gems = (version: string) => found(gem, { ecosystem: 'RubyGems', name: 'x', version })[0] ?? '-';
  assert.deepEqual(['0.4', '0.5', '1.2.3', '1.2.9', '1.3.0', '2.0.1'].map(gems), [
    '-',
    'CVE-2026-0010 1.2.3',
    '-',
    '-',
    'CVE-2026-0010 2.0.1',
    '-',
  ]);
  const php = await sample('php');
  const packages = (version: string) => found(php, { ecosystem: 'Packagist', name: 'a/b', version })[0] ?? '-';
  assert.deepEqual(['0.9', 'v1.0.0', '1.2.0', '2.0.0', '2.3.0', '2.3.1'].map(packages), [
    '-',
    'CVE-2026-0011 1.2',
    '-',
    'CVE-2026-0011 affected',
    'CVE-2026-0011 affected',
    '-',
  ]);
  const node = await sample('nodejs');
  const versions = (version: string) => found(node, { ecosystem: 'Node.js', name: 'node', version })[0] ?? '-';
  assert.deepEqual(['12.0.0', '14.20.0', '14.20.1', '16.0.0', '16.17.1', '17.0.0'].map(versions), [
    '-',
    'CVE-2026-0012 14.20.1',
    '-',
    'CVE-2026-0012 16.17.1',
    '-',
    '-',
  ]);
  const azure = await sample('azure-linux');
  const rpm = (version: string) => found(azure, { ecosystem: 'Azure Linux:3', name: 'curl', version })[0] ?? '-';
  assert.deepEqual(['7.0-1.azl3', '7.1-1.azl3', '8.0-2.azl3'].map(rpm), ['-', 'CVE-2026-0007 0:8.0-2.azl3', '-']);
  assert.deepEqual([azure.records, azure.refused.length, azure.part], [2, 1, '3']);
  const dsa = await sample('debian-notices');
  assert.deepEqual([dsa.records, dsa.part], [2, 'dsa']);
  assert.deepEqual(found(dsa, { ecosystem: 'Debian:11', name: 'xorg-server', version: '2:1.20.11-1' }), [
    'CVE-2023-1393 2:1.20.11-1+deb11u6',
  ]);
  assert.deepEqual(found(dsa, { ecosystem: 'Debian:11', name: 'sox', version: '1' }), ['DSA-5356-2 14.4.2-2']);
  const wolfi = await sample('alpine');
  assert.deepEqual(found(wolfi, { ecosystem: 'Wolfi', name: 'curl', version: '8.0-r0' }), ['CVE-2026-0013 8.0-r1']);
});

void test('a compiled feed: its own name and licence, entries checked, members in their order', async () => {
  const content = await sample('assay');
  assert.deepEqual([content.name, content.licence, content.records, content.withdrawn], ['osv-npm', 'CC-BY-4.0', 7, 1]);
  assert.equal(content.refused.length, 1);
  assert.equal(
    JSON.stringify(content.entries[0]?.advisories[0]),
    '{"scheme":"semver","id":"CVE-2026-0014","status":"fixed","ranges":[{"fixed":"2.0.0"}]}',
  );
});

void test('damaged feeds end in a reason, never in a crash', async () => {
  const random = new Random(20261121);
  const limit = process.env['ASSAY_LONG'] ? 4000 : 60;
  for (const [reader, name, text] of samples)
    for (let round = 0; round < limit; round++) {
      const bytes = Buffer.from(text);
      for (let hits = 1 + random.below(4); hits > 0; hits--) {
        const at = random.below(bytes.length);
        if (random.below(3) === 0) bytes.copy(bytes, at, random.below(bytes.length));
        else bytes[at] = random.below(256);
      }
      const file = { name, bytes: random.below(4) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes };
      async function* files() {
        yield file;
      }
      for (const each of feedReaders) each.recognises(file);
      try {
        const content = await feedReaders.find((each) => each.name === reader)!.read(files());
        assert.ok(content.records >= content.withdrawn);
      } catch (error) {
        if (!isAssayError(error)) throw error;
      }
    }
});
