import type { CommandEntry } from './command.ts';

const group = 'what is allowed';

/** The part of the table of commands that is about health and policies. */
export const policyCommands: readonly CommandEntry[] = [
  {
    name: 'health',
    group: 'what is in it',
    summary: 'the health card of an image, from A to F',
    load: () => import('./health.ts'),
  },
  { name: 'policy apply', group, summary: 'put policies in force', load: () => import('./policy-apply.ts') },
  { name: 'policy list', group, summary: 'what rules', load: () => import('./policy-list.ts') },
  { name: 'policy show', group, summary: 'one policy as it is in force', load: () => import('./policy-show.ts') },
  { name: 'policy remove', group, summary: 'take a policy out of force', load: () => import('./policy-remove.ts') },
  { name: 'policy history', group, summary: 'every text of a policy', load: () => import('./policy-history.ts') },
  {
    name: 'policy explain',
    group,
    summary: 'the verdict on an image, rule by rule',
    load: () => import('./policy-explain.ts'),
  },
  {
    name: 'policy test',
    group,
    summary: 'tests of policies, without a server',
    load: () => import('./policy-test.ts'),
  },
  {
    name: 'policy diff',
    group,
    summary: 'which images a file would judge otherwise',
    load: () => import('./policy-diff.ts'),
  },
  {
    name: 'policy simulate',
    group,
    summary: 'what would have been stopped',
    load: () => import('./policy-simulate.ts'),
  },
  {
    name: 'policy import',
    group,
    summary: 'policies out of another tool’s settings',
    load: () => import('./policy-import.ts'),
  },
  {
    name: 'policy export',
    group,
    summary: 'the configuration of clients',
    load: () => import('./policy-export.ts'),
  },
  {
    name: 'exception add',
    group,
    summary: 'let something through, for a reason and until a day',
    load: () => import('./exception-add.ts'),
  },
  { name: 'exception list', group, summary: 'what is let through', load: () => import('./exception-list.ts') },
  { name: 'exception end', group, summary: 'end an exception now', load: () => import('./exception-end.ts') },
  {
    name: 'quarantine hold',
    group,
    summary: 'hold an image back from every gate',
    load: () => import('./quarantine-hold.ts'),
  },
  {
    name: 'quarantine release',
    group,
    summary: 'let an image go',
    load: () => import('./quarantine-release.ts'),
  },
  {
    name: 'quarantine queue',
    group,
    summary: 'how far images are from their release',
    load: () => import('./quarantine-queue.ts'),
  },
  { name: 'quarantine list', group, summary: 'what is held back', load: () => import('./quarantine-list.ts') },
];
