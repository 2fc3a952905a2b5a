import type { CommandEntry } from './command.ts';

/** The part of the table of commands that is about keys and content trust. */
export const trustCommands: readonly CommandEntry[] = [
  {
    name: 'key generate',
    group: 'who says so',
    summary: 'make a root, repository or signer’s key',
    load: () => import('./key-generate.ts'),
  },
  {
    name: 'key list',
    group: 'who says so',
    summary: 'the keys of this user, in every store',
    load: () => import('./key-list.ts'),
  },
  {
    name: 'key import',
    group: 'who says so',
    summary: 'take private keys from files',
    load: () => import('./key-import.ts'),
  },
  {
    name: 'key export',
    group: 'who says so',
    summary: 'write a key for docker, notary or another machine',
    load: () => import('./key-export.ts'),
  },
  {
    name: 'key password',
    group: 'who says so',
    summary: 'give a key another passphrase',
    load: () => import('./key-password.ts'),
  },
  {
    name: 'key backup',
    group: 'who says so',
    summary: 'every key in one sealed file',
    load: () => import('./key-backup.ts'),
  },
  {
    name: 'key restore',
    group: 'who says so',
    summary: 'put the keys of a backup back',
    load: () => import('./key-restore.ts'),
  },
  {
    name: 'key remove',
    group: 'who says so',
    summary: 'remove a key from a store',
    load: () => import('./key-remove.ts'),
  },
];
