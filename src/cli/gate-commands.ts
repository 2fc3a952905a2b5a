import type { CommandEntry } from './command.ts';

const group = 'what is allowed';

/** Commands that stand at a gate outside the registry. */
export const gateCommands: readonly CommandEntry[] = [
  {
    name: 'channel list',
    group,
    summary: 'the channels of an organisation',
    load: () => import('./channel-list.ts'),
  },
  {
    name: 'channel show',
    group,
    summary: 'the stages of a channel and what stands in them',
    load: () => import('./channel-show.ts'),
  },
  {
    name: 'channel apply',
    group,
    summary: 'put a channel in force',
    load: () => import('./channel-apply.ts'),
  },
  {
    name: 'channel remove',
    group,
    summary: 'take a channel out of force',
    load: () => import('./channel-remove.ts'),
  },
  {
    name: 'channel request',
    group,
    summary: 'ask that an image go on to the next stage',
    load: () => import('./channel-request.ts'),
  },
  {
    name: 'channel approve',
    group,
    summary: 'approve a request',
    load: () => import('./channel-approve.ts'),
  },
  {
    name: 'channel reject',
    group,
    summary: 'end a request',
    load: () => import('./channel-reject.ts'),
  },
  {
    name: 'channel requests',
    group,
    summary: 'what waits, and what was promoted',
    load: () => import('./channel-requests.ts'),
  },
  {
    name: 'channel promote',
    group,
    summary: 'bring an image on, by the policies of where it goes',
    load: () => import('./channel-promote.ts'),
  },
  {
    name: 'channel roll-back',
    group,
    summary: 'have a tag name again what it named before',
    load: () => import('./channel-roll-back.ts'),
  },
  {
    name: 'admit',
    group,
    summary: 'the gate of a Kubernetes cluster, in the cluster',
    load: () => import('./admit.ts'),
  },
  {
    name: 'admission manifests',
    group,
    summary: 'what installs the gate of a Kubernetes cluster',
    load: () => import('./admission-manifests.ts'),
  },
  {
    name: 'admission report',
    group,
    summary: 'refused deployments as a policy report',
    load: () => import('./admission-report.ts'),
  },
  {
    name: 'verify-image',
    group,
    summary: 'the gate of containerd: its image verifier',
    load: () => import('./verify-image.ts'),
  },
  {
    name: 'docker-plugin',
    group,
    summary: 'the gate of a Docker Engine: what may run there',
    load: () => import('./docker-plugin.ts'),
  },
];
