import type { CommandEntry } from './command.ts';

const group = 'what is in it';

/** Commands for what is said of vulnerabilities of images. */
export const vexCommands: readonly CommandEntry[] = [
  {
    name: 'vex add',
    group,
    summary: 'say whether a vulnerability affects an image, and why',
    load: () => import('./vex-add.ts'),
  },
  {
    name: 'vex import',
    group,
    summary: 'take in what a VEX document says of an image',
    load: () => import('./vex-import.ts'),
  },
  {
    name: 'vex list',
    group,
    summary: 'what was said of vulnerabilities of an image',
    load: () => import('./vex-list.ts'),
  },
  {
    name: 'vex show',
    group,
    summary: 'the statements in force as an OpenVEX document',
    load: () => import('./vex-show.ts'),
  },
  {
    name: 'vex withdraw',
    group,
    summary: 'let a finding count again',
    load: () => import('./vex-withdraw.ts'),
  },
];
