import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { AssayError, isAssayError } from '../../lib/error.ts';
import { damage } from '../../../test/fuzz.ts';
import { Random } from '../../../test/random.ts';
import { readPolicies } from '../read-policy.ts';
import { exportPolicies, exportTargets } from './export.ts';
import { importedText } from './imported.ts';
import { importPolicies } from './import.ts';

const HOST = 'registry.example.com';

const PODMAN = JSON.stringify({
  default: [{ type: 'insecureAcceptAnything' }],
  transports: {
    docker: {
      'registry.example.com': [{ type: 'reject' }],
      'registry.example.com/shop': [
        { type: 'sigstoreSigned', keyPath: '/etc/pki/shop.pub', signedIdentity: { type: 'matchRepository' } },
      ],
      'registry.example.com/shop/app:v1': [{ type: 'insecureAcceptAnything' }],
      'docker.io/library': [{ type: 'signedBy', keyType: 'GPGKeys', keyPath: '/etc/pki/docker.gpg' }],
      '*.example.org': [{ type: 'reject' }],
      'registry.example.com/odd': [{ type: 'futureKind' }],
    },
    'docker-daemon': { '': [{ type: 'insecureAcceptAnything' }] },
  },
});

const KYVERNO = `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: check-images }
spec:
  validationFailureAction: Enforce
  rules:
    - name: signed
      match: { any: [{ resources: { kinds: [Pod] } }] }
      verifyImages:
        - imageReferences: ["registry.example.com/shop/*", "ghcr.io/other/*"]
          mutateDigest: true
          attestors:
            - count: 1
              entries: [{ keys: { publicKeys: "-----BEGIN PUBLIC KEY-----" } }]
          attestations: [{ type: https://slsa.dev/provenance/v1 }]
    - name: labels
      validate: { message: x }
---
apiVersion: policies.kyverno.io/v1alpha1
kind: ImageValidatingPolicy
metadata: { name: signed-apps }
spec:
  validationActions: [Audit]
  matchImageReferences: [{ glob: "registry.example.com/apps/*:v*" }, { expression: "image.registry == 'x'" }]
  attestors: [{ name: cosign, cosign: { key: { data: k } } }]
  validations:
    - expression: images.containers.map(image, verifyImageSignatures(image, [attestors.cosign])).all(e, e > 0)
    - expression: images.containers.all(image, size(image) > 0)
---
apiVersion: v1
kind: ConfigMap
metadata: { name: other }
`;

const SIGSTORE = `
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: { name: shop }
spec:
  mode: warn
  images: [{ glob: "registry.example.com/shop/**" }, { glob: "index.docker.io/**" }]
  authorities:
    - name: release
      keyless: { url: https://fulcio.example, identities: [{ issuer: https://issuer.example, subject: ci }] }
      attestations: [{ name: p, predicateType: slsaprovenance }]
  policy: { type: cue, data: "true" }
---
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: { name: nothing-old }
spec:
  images: [{ glob: "registry.example.com/old/*" }]
  authorities: [{ static: { action: fail, message: out of use } }]
`;

const HARBOR = JSON.stringify([
  {
    name: 'shop',
    project_id: 3,
    metadata: {
      public: 'true',
      enable_content_trust: 'true',
      prevent_vul: 'true',
      severity: 'high',
      auto_scan: 'true',
    },
    cve_allowlist: { expires_at: 1798761600, items: [{ cve_id: 'CVE-2026-1' }] },
  },
  { name: 'plain', project_id: 4, metadata: { public: 'false' }, cve_allowlist: { items: [{ cve_id: 'CVE-2026-2' }] } },
]);

function taken(text: string) {
  const found = importPolicies(text, [HOST]);
  const written = importedText(found, found.source, 'shop');
  return { ...found, written, read: found.policies.length === 0 ? [] : readPolicies(written) };
}

test('podman’s policy.json: scopes of this registry become policies, everything else is told', () => {
  const { source, policies, left, read } = taken(PODMAN);
  assert.equal(source, 'podman');
  assert.deepEqual(
    policies.map(({ repositories, rules }) => [repositories, Object.keys(rules[0]!)[0]]),
    [
      [undefined, 'cel'],
      [['shop', 'shop/**'], 'signed'],
    ],
  );
  for (const part of [
    'the default',
    'the keys of sigstoreSigned',
    'docker: docker.io/library',
    'docker: *.example.org',
    'futureKind is not known',
    'docker-daemon',
  ])
    assert.ok(
      left.some((each) => each.includes(part)),
      `${part}: ${left.join('\n')}`,
    );
  assert.deepEqual(
    read.map(({ mode, organisation }) => [mode, organisation]),
    [
      ['enforce', 'shop'],
      ['enforce', 'shop'],
    ],
  );
});

test('Kyverno: verifyImages and ImageValidatingPolicy; what is not about images is told', () => {
  const { source, policies, left, read } = taken(KYVERNO);
  assert.equal(source, 'kyverno');
  assert.deepEqual(
    policies.map(({ policy, mode, repositories, tags }) => [policy, mode, repositories, tags]),
    [
      ['kyverno-check-images-signed', 'enforce', ['shop/**'], undefined],
      ['kyverno-signed-apps', 'audit', ['apps/**'], ['v*']],
    ],
  );
  for (const part of [
    'ghcr.io/other/*',
    'its attestors (publicKeys)',
    '1 attestations',
    'mutateDigest',
    'labels: validate',
    'which resources it matches',
    'an expression over image names',
    'the validation images.containers.all(image, size(image) > 0)',
    'ConfigMap other',
  ])
    assert.ok(
      left.some((each) => each.includes(part)),
      `${part}: ${left.join('\n')}`,
    );
  assert.equal(read.length, 2);
});

test('ClusterImagePolicy: authorities, a static fail, modes', () => {
  const { source, policies, left, read } = taken(SIGSTORE);
  assert.equal(source, 'policy-controller');
  assert.deepEqual(
    policies.map(({ policy, mode, repositories, rules }) => [policy, mode, repositories, rules[0]]),
    [
      ['sigstore-shop', 'warn', ['shop/**'], { signed: true }],
      ['sigstore-nothing-old', 'enforce', ['old/*'], { cel: 'false', id: 'rejected', message: 'out of use' }],
    ],
  );
  for (const part of [
    'index.docker.io/**',
    'the authority release (keyless)',
    'conditions on attestations',
    'CUE or Rego',
  ])
    assert.ok(
      left.some((each) => each.includes(part)),
      `${part}: ${left.join('\n')}`,
    );
  assert.equal(read.length, 2);
});

test('Harbor: check boxes become rules, the allow-list becomes commands', () => {
  const { source, policies, left, written, read } = taken(HARBOR);
  assert.equal(source, 'harbor');
  assert.deepEqual(policies[0]?.rules, [{ signed: true }, { vulnerabilities: { atLeast: 'high' } }]);
  assert.equal(policies.length, 1);
  for (const part of [
    "assay exception add 'shop/**' --vulnerability CVE-2026-1 --until 2027-01-01",
    'CVE-2026-2, which never ends',
    'that it is public',
    'scanning and bills',
  ])
    assert.ok(
      left.some((each) => each.includes(part)),
      `${part}: ${left.join('\n')}`,
    );
  assert.ok(
    left.every((each) => written.includes(`# not carried over: ${each}`)),
    'it stands in the file too',
  );
  assert.equal(read.length, 1);
});

test('what is of no tool is refused; mangled files are read, or refused', () => {
  for (const text of [
    '',
    'a: 1',
    '[1]',
    `# ${'x'.repeat(1024 * 1024)}`,
    `a: &a [x]\n${'b: [*a,*a]\n'.repeat(2)}`,
    '['.repeat(50_000),
  ])
    assert.throws(
      () => importPolicies(text, [HOST]),
      (error) => isAssayError(error, 'policy-invalid'),
    );
  const random = new Random(20261127);
  for (const good of [PODMAN, KYVERNO, SIGSTORE, HARBOR])
    for (let round = 0; round < 150; round++) {
      const text = damage(Buffer.from(good), () => random.next()).toString('utf8');
      try {
        const { read, policies } = taken(text);
        assert.equal(read.length, policies.length);
      } catch (error) {
        assert.ok(
          error instanceof AssayError && error.code === 'policy-invalid',
          `${JSON.stringify(text)}: ${String(error)}`,
        );
      }
    }
});

const POLICIES = readPolicies(`
policy: signed
mode: enforce
repositories: ["shop/**", "tools/cli"]
rules:
  - signed: true
  - vulnerabilities: { fixable: true }
---
policy: bases
mode: enforce
gates: [build]
rules:
  - base: { in: ["docker.io/library/debian:*"] }
---
policy: later
mode: audit
rules:
  - user: not-root
`);
const KEY = { pem: '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n', path: '/etc/assay/cosign.pub' };
const made = (target: (typeof exportTargets)[number]) =>
  exportPolicies(target, { policies: POLICIES, host: HOST, key: KEY });

test('podman gets a policy.json that takes this registry alone, signed where policies ask', () => {
  const [policy, registries] = made('podman').files;
  const { default: fallback, transports } = JSON.parse(policy!.text) as {
    default: unknown;
    transports: { docker: Record<string, { type: string }[]> };
  };
  assert.deepEqual(fallback, [{ type: 'reject' }]);
  assert.deepEqual(
    Object.entries(transports.docker).map(([scope, [first]]) => [scope, first?.type]),
    [
      [HOST, 'insecureAcceptAnything'],
      [`${HOST}/shop`, 'sigstoreSigned'],
      [`${HOST}/tools/cli`, 'sigstoreSigned'],
    ],
  );
  assert.deepEqual(parse(registries!.text), { docker: { [HOST]: { 'use-sigstore-attachments': true } } });
});

test('every client gets files that can be read, and what is left out is told', () => {
  for (const target of exportTargets) {
    const { files, left } = made(target);
    assert.ok(files.length > 0, target);
    for (const { path, text } of files) {
      if (path.endsWith('.json')) JSON.parse(text);
      if (path.endsWith('.yaml')) for (const each of parseAllDocuments(text)) assert.deepEqual(each.errors, []);
    }
    assert.ok(
      left.some((each) => each.startsWith('later:')),
      `${target}: ${left.join('\n')}`,
    );
    assert.ok(
      target === 'buildx' || target === 'containerd' || left.some((each) => each.includes('vulnerabilities')),
      target,
    );
  }
  assert.ok(
    exportPolicies('podman', { policies: POLICIES, host: HOST, key: undefined }).left.some((each) =>
      each.startsWith('signatures: no key was given'),
    ),
  );
  assert.ok(made('notation').left.some((each) => each.includes('shop/**; notation has no patterns')));
  const rules = (
    JSON.parse(made('buildx').files[0]!.text) as { rules: { action: string; selector: { identifier: string } }[] }
  ).rules;
  assert.deepEqual(
    rules.map(({ action, selector }) => `${action} ${selector.identifier}`),
    [
      'DENY docker-image://*',
      `ALLOW docker-image://${HOST}/*`,
      'ALLOW docker-image://docker.io/library/debian:*',
      'ALLOW docker-image://docker.io/docker/dockerfile*',
    ],
  );
});

test('what is exported to a cluster is understood when it is imported again', () => {
  for (const [target, source] of [
    ['kyverno', 'kyverno'],
    ['policy-controller', 'policy-controller'],
  ] as const) {
    const found = importPolicies(made(target).files[0]!.text, [HOST]);
    assert.equal(found.source, source);
    assert.deepEqual(
      found.policies.find(({ policy }) => policy.endsWith('assay-signed'))?.rules,
      [{ signed: true }],
      target,
    );
  }
});
