/** Where the pod specification of a kind stands. */
export interface Workload {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly versions: readonly string[];
  /** Members that lead to the PodSpec. */
  readonly path: readonly string[];
}

const TEMPLATE = ['spec', 'template', 'spec'];

/** Every built-in kind that holds a pod specification, in every version that an API server has served. */
export const workloads: readonly Workload[] = [
  { group: '', kind: 'Pod', plural: 'pods', versions: ['v1'], path: ['spec'] },
  { group: '', kind: 'PodTemplate', plural: 'podtemplates', versions: ['v1'], path: ['template', 'spec'] },
  {
    group: '',
    kind: 'ReplicationController',
    plural: 'replicationcontrollers',
    versions: ['v1'],
    path: TEMPLATE,
  },
  {
    group: 'apps',
    kind: 'Deployment',
    plural: 'deployments',
    versions: ['v1', 'v1beta2', 'v1beta1'],
    path: TEMPLATE,
  },
  {
    group: 'apps',
    kind: 'StatefulSet',
    plural: 'statefulsets',
    versions: ['v1', 'v1beta2', 'v1beta1'],
    path: TEMPLATE,
  },
  { group: 'apps', kind: 'DaemonSet', plural: 'daemonsets', versions: ['v1', 'v1beta2'], path: TEMPLATE },
  { group: 'apps', kind: 'ReplicaSet', plural: 'replicasets', versions: ['v1', 'v1beta2'], path: TEMPLATE },
  { group: 'extensions', kind: 'Deployment', plural: 'deployments', versions: ['v1beta1'], path: TEMPLATE },
  { group: 'extensions', kind: 'DaemonSet', plural: 'daemonsets', versions: ['v1beta1'], path: TEMPLATE },
  { group: 'extensions', kind: 'ReplicaSet', plural: 'replicasets', versions: ['v1beta1'], path: TEMPLATE },
  { group: 'batch', kind: 'Job', plural: 'jobs', versions: ['v1'], path: TEMPLATE },
  {
    group: 'batch',
    kind: 'CronJob',
    plural: 'cronjobs',
    versions: ['v1', 'v1beta1', 'v2alpha1'],
    path: ['spec', 'jobTemplate', ...TEMPLATE],
  },
];

/** Groups of Kubernetes itself whose kinds hold no pod specification. */
const podless: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

/** Kinds of the core group that hold data or claims and no pod specification. */
const podlessCore: ReadonlySet<string> = new Set([
  'Binding',
  'ConfigMap',
  'Endpoints',
  'Event',
  'LimitRange',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ResourceQuota',
  'Secret',
  'Service',
  'ServiceAccount',
]);

export function isPodless(group: string, kind: string): boolean {
  return group === '' ? podlessCore.has(kind) : podless.has(group);
}

/** The kind's pod specification, whatever version it is written in; a version that is new to us is read as the others. */
export function workloadOf(group: string, kind: string): Workload | undefined {
  return workloads.find((each) => each.group === group && each.kind === kind);
}
