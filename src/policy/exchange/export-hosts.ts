import { stringify } from 'yaml';
import { enforced, type Exported, type ExportRequest, json, patternsOf, signing } from './export-request.ts';

/** containers-policy.json(5) and containers-registries.d(5): nothing but this registry, and signatures where policies ask. */
export function podman(request: ExportRequest, left: string[]): Exported['files'] {
  const { host, key } = request;
  const scopes: Record<string, unknown[]> = { [host]: [{ type: 'insecureAcceptAnything' }] };
  const some = signing(request, left);
  if (key)
    for (const policy of some)
      for (const pattern of patternsOf(policy)) {
        const cut = pattern.replace(/\/?\*.*$/, '');
        if (cut !== pattern && !/^(?:\*\*|[^*?]+\/\*\*?)$/.test(pattern))
          left.push(`${policy.name}: the pattern ${pattern} becomes all of ${cut === '' ? host : `${host}/${cut}`}`);
        scopes[cut === '' ? host : `${host}/${cut}`] = [
          { type: 'sigstoreSigned', keyPath: key.path, signedIdentity: { type: 'matchRepository' } },
        ];
      }
  const policy = {
    default: [{ type: 'reject' }],
    transports: { docker: scopes, 'docker-daemon': { '': [{ type: 'insecureAcceptAnything' }] } },
  };
  return [
    { path: 'policy.json', text: json(policy) },
    ...(key && some.length > 0
      ? [
          {
            path: 'registries.d/assay.yaml',
            text: stringify({ docker: { [host]: { 'use-sigstore-attachments': true } } }),
          },
        ]
      : []),
  ];
}

/** containerd's image verifier (`io.containerd.image-verifier.v1.bindir`): a program that asks the registry's gate. */
export function containerd(request: ExportRequest, left: string[]): Exported['files'] {
  enforced(request, left);
  const config = [
    'version = 3',
    '',
    "[plugins.'io.containerd.image-verifier.v1.bindir']",
    "  bin_dir = '/opt/containerd/image-verifier/bin'",
    '  max_verifiers = 10',
    "  per_verifier_timeout = '10s'",
    '',
  ].join('\n');
  const program = [
    '#!/bin/sh',
    '# Exit status 0 lets the image through; what is printed is the reason.',
    `exec assay verify-image --server '${request.host}' "$@"`,
    '',
  ].join('\n');
  return [
    { path: 'config.toml', text: config },
    { path: 'image-verifier/bin/10-assay', text: program },
  ];
}

/** A script of `cosign verify` for one image. */
export function cosign(request: ExportRequest, left: string[]): Exported['files'] {
  const { host, key } = request;
  const some = signing(request, left);
  const cases = some.flatMap((policy) =>
    patternsOf(policy).map(
      (each) =>
        `  ${host}/${each.replaceAll('**', '*')}) exec cosign verify --key "\${KEY:-${key?.path ?? 'cosign.pub'}}" "$1" ;; # policy ${policy.name}`,
    ),
  );
  const text = [
    '#!/bin/sh',
    '# Usage: verify.sh IMAGE',
    'case "$1" in',
    ...cases,
    `  *) echo "no policy asks for a signature of $1" ;;`,
    'esac',
    '',
  ];
  return [{ path: 'verify.sh', text: text.join('\n') }];
}

/** Notation's trust policy (notaryproject.dev): scopes are whole repositories, without patterns. */
export function notation(request: ExportRequest, left: string[]): Exported['files'] {
  const { host } = request;
  const trustPolicies = signing({ ...request, key: request.key ?? { pem: '', path: '' } }, left).flatMap((policy) => {
    const exact = patternsOf(policy).filter((each) => !/[*?]/.test(each));
    const patterns = patternsOf(policy).filter((each) => /[*?]/.test(each));
    if (patterns.length > 0)
      left.push(`${policy.name}: ${patterns.join(', ')}; notation has no patterns, name each repository`);
    if (exact.length === 0) return [];
    return [
      {
        name: policy.name,
        registryScopes: exact.map((each) => `${host}/${each}`),
        signatureVerification: { level: 'strict' },
        trustStores: ['ca:assay'],
        trustedIdentities: ['*'],
      },
    ];
  });
  left.push('the trust store ca:assay: add the certificates of your signers to it (notation certificate add)');
  return [{ path: 'trustpolicy.json', text: json({ version: '1.0', trustPolicies }) }];
}
