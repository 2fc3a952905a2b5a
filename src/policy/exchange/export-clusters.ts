import { stringify } from 'yaml';
import { type Exported, type ExportRequest, patternsOf, signing } from './export-request.ts';

/** Kyverno's `ImageValidatingPolicy`, and a rule that lets in this registry alone. */
export function kyverno(request: ExportRequest, left: string[]): Exported['files'] {
  const { host, key } = request;
  const documents = signing(request, left).flatMap((policy) =>
    key
      ? [
          {
            apiVersion: 'policies.kyverno.io/v1alpha1',
            kind: 'ImageValidatingPolicy',
            metadata: { name: `assay-${policy.name}` },
            spec: {
              validationActions: ['Deny'],
              matchConstraints: {
                resourceRules: [
                  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
                ],
              },
              matchImageReferences: patternsOf(policy).map((each) => ({
                glob: `${host}/${each.replaceAll('**', '*')}`,
              })),
              attestors: [{ name: 'assay', cosign: { key: { data: key.pem } } }],
              validations: [
                {
                  expression:
                    'images.containers.map(image, verifyImageSignatures(image, [attestors.assay])).all(found, found > 0)',
                  message: `policy ${policy.name}: not signed`,
                },
              ],
            },
          },
        ]
      : [],
  );
  const only = {
    apiVersion: 'policies.kyverno.io/v1alpha1',
    kind: 'ValidatingPolicy',
    metadata: { name: 'assay-registry-only' },
    spec: {
      validationActions: ['Deny'],
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
        ],
      },
      validations: [
        {
          expression: `(object.spec.containers + object.spec.?initContainers.orValue([]) + object.spec.?ephemeralContainers.orValue([])).all(c, c.image.startsWith("${host}/"))`,
          message: `images come from ${host}`,
        },
      ],
    },
  };
  return [{ path: 'kyverno.yaml', text: [...documents, only].map((each) => stringify(each)).join('---\n') }];
}

/** sigstore's `ClusterImagePolicy`. What no policy matches is refused by `no-match-policy: deny` of its controller. */
export function policyController(request: ExportRequest, left: string[]): Exported['files'] {
  const { host, key } = request;
  const some = signing(request, left);
  const documents = some.map((policy) => ({
    apiVersion: 'policy.sigstore.dev/v1beta1',
    kind: 'ClusterImagePolicy',
    metadata: { name: `assay-${policy.name}` },
    spec: {
      mode: 'enforce',
      images: patternsOf(policy).map((each) => ({ glob: `${host}/${each}` })),
      authorities: key ? [{ name: 'assay', key: { data: key.pem } }] : [{ static: { action: 'pass' } }],
    },
  }));
  const rest = {
    apiVersion: 'policy.sigstore.dev/v1beta1',
    kind: 'ClusterImagePolicy',
    metadata: { name: 'assay-registry' },
    spec: { mode: 'enforce', images: [{ glob: `${host}/**` }], authorities: [{ static: { action: 'pass' } }] },
  };
  const settings = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'config-policy-controller', namespace: 'cosign-system' },
    data: { 'no-match-policy': 'deny' },
  };
  return [
    {
      path: 'policy-controller.yaml',
      text: [...documents, rest, settings].map((each) => stringify(each)).join('---\n'),
    },
  ];
}
