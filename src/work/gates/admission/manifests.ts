import { workloads } from './workloads.ts';

/** How the webhooks of a cluster are installed. */
export interface Installation {
  readonly namespace: string;
  /** PEM of the authority that the webhooks' certificate is from. */
  readonly authority: string;
  readonly reached:
    | {
        readonly by: 'service';
        readonly image: string;
        readonly server: string;
        readonly certificate: string;
        readonly key: string;
        readonly dockerConfig: string;
      }
    /** The server itself; an API server sends no header to a URL, so that the token stands in its path. */
    | { readonly by: 'url'; readonly url: string; readonly token: string };
  /** Every kind of every group, not only those of Kubernetes itself. */
  readonly everyKind: boolean;
  /** Name spaces that are left out besides the gate's own. */
  readonly except: readonly string[];
}

const NAME = 'assay-admit';
const PORT = 8443;
const labels = { 'app.kubernetes.io/name': NAME };

/** The name that the API server reaches the service by; its certificate must be for it. */
export function serviceHost(namespace: string): string {
  return `${NAME}.${namespace}.svc`;
}

/** Everything that is applied to a cluster, in order. */
export function installation(given: Installation): readonly unknown[] {
  return [...(given.reached.by === 'service' ? service(given.namespace, given.reached) : []), ...webhooks(given)];
}

function service(
  namespace: string,
  { image, server, certificate, key, dockerConfig }: Extract<Installation['reached'], { by: 'service' }>,
): readonly unknown[] {
  const metadata = (name: string) => ({ name, namespace, labels });
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(NAME), automountServiceAccountToken: false },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata(`${NAME}-tls`),
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': certificate, 'tls.key': key },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata(`${NAME}-login`),
      stringData: { 'config.json': dockerConfig },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(NAME),
      spec: { selector: labels, ports: [{ name: 'https', port: 443, targetPort: PORT }] },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadata(NAME),
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata(NAME),
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: pod(image, server) },
      },
    },
  ];
}

function pod(image: string, server: string): unknown {
  const probe = (path: string) => ({ httpGet: { path, port: PORT, scheme: 'HTTPS' } });
  return {
    serviceAccountName: NAME,
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: labels },
      },
    ],
    containers: [
      {
        name: 'admit',
        image,
        args: [
          'admit',
          `--server=${server}`,
          `--listen=0.0.0.0:${PORT}`,
          '--certificate=/tls/tls.crt',
          '--key=/tls/tls.key',
          '--state=/state',
        ],
        env: [{ name: 'DOCKER_CONFIG', value: '/login' }],
        ports: [{ containerPort: PORT }],
        livenessProbe: probe('/livez'),
        readinessProbe: probe('/readyz'),
        resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '256Mi' } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [
          { name: 'tls', mountPath: '/tls', readOnly: true },
          { name: 'login', mountPath: '/login', readOnly: true },
          { name: 'state', mountPath: '/state' },
        ],
      },
    ],
    volumes: [
      { name: 'tls', secret: { secretName: `${NAME}-tls`, defaultMode: 0o440 } },
      { name: 'login', secret: { secretName: `${NAME}-login`, defaultMode: 0o440 } },
      { name: 'state', emptyDir: {} },
    ],
  };
}

function webhooks(given: Installation): readonly unknown[] {
  const webhook = (form: 'mutate' | 'validate') => ({
    name: `${form}.admission.assay.dev`,
    admissionReviewVersions: ['v1'],
    clientConfig: clientConfig(given, form),
    rules: given.everyKind ? everyKind : builtIn(),
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    // Refusals are noted at the registry, those of dry runs are not.
    sideEffects: 'NoneOnDryRun',
    timeoutSeconds: 10,
    // The gate could not start again if its own pods waited for it.
    namespaceSelector: {
      matchExpressions: [
        {
          key: 'kubernetes.io/metadata.name',
          operator: 'NotIn',
          values: [...new Set([given.namespace, ...given.except])],
        },
      ],
    },
    ...(form === 'mutate' && { reinvocationPolicy: 'IfNeeded' }),
  });
  const configuration = (kind: string, form: 'mutate' | 'validate') => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: 'assay', labels },
    webhooks: [webhook(form)],
  });
  return [
    configuration('MutatingWebhookConfiguration', 'mutate'),
    configuration('ValidatingWebhookConfiguration', 'validate'),
  ];
}

function clientConfig({ namespace, authority, reached }: Installation, form: 'mutate' | 'validate'): unknown {
  const caBundle = Buffer.from(authority).toString('base64');
  const path = `/admission/${form}`;
  return reached.by === 'service'
    ? { service: { name: NAME, namespace, path, port: 443 }, caBundle }
    : { url: `${reached.url.replace(/\/$/, '')}${path}/${reached.token}`, caBundle };
}

const OPERATIONS = ['CREATE', 'UPDATE'];
const everyKind = [
  { apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'], operations: OPERATIONS, scope: 'Namespaced' },
];

function builtIn(): readonly unknown[] {
  const groups = [...new Set(workloads.map(({ group }) => group))];
  return groups.map((group) => ({
    apiGroups: [group],
    apiVersions: ['*'],
    resources: workloads
      .filter((each) => each.group === group)
      .flatMap(({ plural }) => (plural === 'pods' ? [plural, 'pods/ephemeralcontainers'] : [plural])),
    operations: OPERATIONS,
    scope: 'Namespaced',
  }));
}
