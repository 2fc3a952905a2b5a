import type { CommandEntry } from './command.ts';

const group = 'who and where';

/** Commands of who is told. */
export const notifyCommands: readonly CommandEntry[] = [
  { name: 'webhook list', group, summary: 'where events are sent', load: () => import('./webhook-list.ts') },
  { name: 'webhook add', group, summary: 'have events sent to an address', load: () => import('./webhook-add.ts') },
  { name: 'webhook ping', group, summary: 'send a message that says nothing', load: () => import('./webhook-ping.ts') },
  { name: 'webhook remove', group, summary: 'send nothing there any more', load: () => import('./webhook-remove.ts') },
];
