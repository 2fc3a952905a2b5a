import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../test/random.ts';
import { isAssayError } from '../../lib/error.ts';
import { readVex } from './read-vex.ts';
import { IN_TOTO_TYPE, preAuthentication, vexAttestation } from './envelope.ts';
import { deciding, speaksOf } from './statement.ts';
import { checkStatement, openVexOf } from './write-openvex.ts';

const OPENVEX = {
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://example.com/vex/1',
  author: 'The team',
  timestamp: '2026-01-01T00:00:00Z',
  statements: [
    {
      vulnerability: { '@id': 'https://nvd.nist.gov/vuln/detail/CVE-2026-0001', aliases: ['GHSA-a-b-c'] },
      products: [{ '@id': 'pkg:oci/app@sha256%3Aabc', subcomponents: [{ '@id': 'pkg:deb/debian/libssl3' }] }],
      status: 'not_affected',
      justification: 'vulnerable_code_not_in_execute_path',
    },
    { vulnerability: 'CVE-2026-0002', status: 'under_investigation' },
  ],
};
const CYCLONEDX = {
  bomFormat: 'CycloneDX',
  components: [{ 'bom-ref': 'a', purl: 'pkg:npm/x@1' }],
  vulnerabilities: [
    { id: 'CVE-2026-0003', analysis: { state: 'false_positive', detail: 'no' }, affects: [{ ref: 'a' }] },
    { id: 'CVE-2026-0004', affects: [{ ref: 'a' }] },
  ],
};
const CSAF = {
  document: { category: 'csaf_vex', publisher: { name: 'Vendor' } },
  product_tree: {
    full_product_names: [
      { product_id: 'P', product_identification_helper: { purl: 'pkg:oci/app@sha256%3Aabc' } },
      { product_id: 'C', product_identification_helper: { purl: 'pkg:npm/x@1' } },
    ],
    relationships: [
      { full_product_name: { product_id: 'P:C' }, product_reference: 'C', relates_to_product_reference: 'P' },
    ],
  },
  vulnerabilities: [
    {
      cve: 'CVE-2026-0005',
      product_status: { known_not_affected: ['P:C'], fixed: ['C'] },
      flags: [{ label: 'component_not_present', product_ids: ['P:C'] }],
    },
  ],
};
const read = (value: object) => readVex(Buffer.from(JSON.stringify(value)), 'x.json');

void test('OpenVEX, also as the predicate of an attestation; CycloneDX; CSAF', () => {
  const [first, second] = read(OPENVEX);
  assert.deepEqual(first, {
    ids: ['CVE-2026-0001', 'GHSA-a-b-c'],
    status: 'not-affected',
    products: ['pkg:oci/app@sha256%3Aabc'],
    subcomponents: ['pkg:deb/debian/libssl3'],
    justification: 'vulnerable_code_not_in_execute_path',
    author: 'The team',
    timestamp: '2026-01-01T00:00:00Z',
  });
  assert.equal(second?.status, 'under-investigation');
  assert.deepEqual(read({ predicateType: 'https://openvex.dev/ns/v0.2.0', predicate: OPENVEX }), read(OPENVEX));
  assert.deepEqual(
    read(CYCLONEDX).map((each) => [each.ids, each.status, each.products]),
    [[['CVE-2026-0003'], 'not-affected', ['pkg:npm/x@1']]],
  );
  assert.deepEqual(
    read(CSAF).map((each) => [each.status, each.products, each.subcomponents, each.justification]),
    [
      ['not-affected', ['pkg:oci/app@sha256%3Aabc'], ['pkg:npm/x@1'], 'component_not_present'],
      ['fixed', ['pkg:npm/x@1'], [], undefined],
    ],
  );
});

void test('a statement speaks of the image and package it names, and of no other', () => {
  const subject = (image: string, purl: string) => ({
    ids: ['GHSA-a-b-c'],
    packagePurl: purl,
    image: [image, `pkg:oci/app@${image}`],
  });
  const statement = read(OPENVEX)[0]!;
  assert.equal(speaksOf(statement, subject('sha256:abc', 'pkg:deb/debian/libssl3@3?arch=amd64')), true);
  assert.equal(speaksOf(statement, subject('sha256:def', 'pkg:deb/debian/libssl3@3?arch=amd64')), false);
  assert.equal(speaksOf(statement, subject('sha256:abc', 'pkg:deb/debian/zlib@3')), false);
  const all = { ...statement, products: [], subcomponents: [] };
  assert.equal(speaksOf(all, subject('sha256:def', 'pkg:npm/x@1')), true);
  const qualified = { ...all, products: ['pkg:deb/debian/libssl3@3?arch=arm64'] };
  assert.equal(speaksOf(qualified, subject('x', 'pkg:deb/debian/libssl3@3?arch=amd64')), false);
});

void test('a statement that was written is read again, and speaks of the image and packages it was written for', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const statement = {
    id: 'CVE-2026-0001',
    aliases: ['GHSA-a-b-c'],
    status: 'not_affected' as const,
    justification: 'component_not_present',
    packages: ['pkg:deb/debian/libssl3@3?arch=amd64&distro=debian-12'],
    author: 'team',
    at: '2026-01-01T00:00:00Z',
  };
  const frame = { id: 'urn:x', at: '2026-01-01T00:00:00Z', image: { name: 'App', digest } };
  const [read1] = read(openVexOf(frame, [statement]));
  assert.deepEqual(
    [read1?.status, read1?.ids, read1?.author, read1?.subcomponents],
    ['not-affected', ['CVE-2026-0001', 'GHSA-a-b-c'], 'team', ['pkg:deb/debian/libssl3@3']],
  );
  const subject = { ids: ['CVE-2026-0001'], packagePurl: 'pkg:deb/debian/libssl3@3?arch=amd64', image: [digest] };
  assert.equal(speaksOf(read1!, subject), true);
  assert.equal(speaksOf(read1!, { ...subject, image: [`sha256:${'b'.repeat(64)}`] }), false);
  for (const bad of [
    { ...statement, justification: undefined },
    { ...statement, status: 'affected' as const, justification: undefined },
    { ...statement, status: 'fixed' as const },
  ])
    assert.throws(
      () => checkStatement(bad),
      (error) => isAssayError(error, 'input-invalid'),
    );
});

void test('attestations: an in-toto statement, its envelope and a bundle around it say what the document says', () => {
  const statement = vexAttestation(OPENVEX, { name: 'app', digest: 'sha256:abc' });
  const envelope = {
    payloadType: IN_TOTO_TYPE,
    payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
    signatures: [],
  };
  for (const value of [statement, envelope, { mediaType: 'x', dsseEnvelope: envelope }])
    assert.deepEqual(read(value), read(OPENVEX));
  const other = { ...statement, predicateType: 'https://slsa.dev/provenance/v1', predicate: { builder: {} } };
  assert.throws(
    () => read(other),
    (error) => isAssayError(error, 'content-malformed'),
  );
  assert.equal(preAuthentication('a/b', Buffer.from('xyz')).toString(), 'DSSEv1 3 a/b 3 xyz');
});

void test('of two statements the newer decides, whatever zone its time is written in; a contradiction lets it stand', () => {
  const said = (status: 'affected' | 'fixed', timestamp?: string) => ({
    statement: { ids: ['X'], status, products: [], subcomponents: [], ...(timestamp && { timestamp }) },
  });
  const status = (...all: ReturnType<typeof said>[]) => deciding(all)?.statement.status;
  assert.equal(
    status(said('affected', '2026-01-01T10:00:00Z'), said('fixed', '2026-01-01T11:00:00+02:00')),
    'affected',
  );
  assert.equal(status(said('fixed', '2026-01-01T10:00:00Z'), said('affected', '2026-01-01T10:00:00Z')), 'affected');
  assert.equal(status(said('affected', '2026-01-01T10:00:00Z'), said('fixed', '2026-01-01T10:00:00Z')), 'affected');
  assert.equal(status(said('affected', '2026-01-01T10:00:00Z'), said('fixed')), 'affected');
  assert.equal(deciding([]), undefined);
});

void test('what is no VEX is refused; damaged documents end in a reason', () => {
  for (const value of [{}, [], { statements: [] }, { document: {}, vulnerabilities: 7 }, null])
    assert.throws(
      () => readVex(Buffer.from(JSON.stringify(value)), 'x'),
      (error) => isAssayError(error, 'content-malformed'),
    );
  const random = new Random(7);
  for (const sample of [OPENVEX, CYCLONEDX, CSAF])
    for (let round = 0; round < 200; round++) {
      const bytes = Buffer.from(JSON.stringify(sample));
      for (let hits = 3; hits > 0; hits--) bytes[random.below(bytes.length)] = random.below(256);
      try {
        readVex(bytes, 'x');
      } catch (error) {
        if (!isAssayError(error)) throw error;
      }
    }
});
