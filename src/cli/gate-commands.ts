import type { CommandEntry } from './command.ts';

const group = 'what is allowed';

/** Commands that stand at a gate outside the registry. */
export const gateCommands: readonly CommandEntry[] = [
  {
    name: 'docker-plugin',
    group,
    summary: 'the gate of a Docker Engine: what may run there',
    load: () => import('./docker-plugin.ts'),
  },
];
