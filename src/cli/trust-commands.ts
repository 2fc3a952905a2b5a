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
  {
    name: 'trust init',
    group: 'who says so',
    summary: 'begin signing a repository',
    load: () => import('./trust-init.ts'),
  },
  {
    name: 'trust sign',
    group: 'who says so',
    summary: 'say that a tag is this image, in your name',
    load: () => import('./trust-sign.ts'),
  },
  {
    name: 'trust revoke',
    group: 'who says so',
    summary: 'take signatures back',
    load: () => import('./trust-revoke.ts'),
  },
  {
    name: 'trust delegate',
    group: 'who says so',
    summary: 'let somebody sign',
    load: () => import('./trust-delegate.ts'),
  },
  {
    name: 'trust undelegate',
    group: 'who says so',
    summary: 'take the right to sign away',
    load: () => import('./trust-undelegate.ts'),
  },
  {
    name: 'trust upgrade',
    group: 'who says so',
    summary: 'sign for TUF 1.x clients what docker published',
    load: () => import('./trust-upgrade.ts'),
  },
  {
    name: 'trust status',
    group: 'who says so',
    summary: 'who signs a repository, with which keys, until when',
    load: () => import('./trust-status.ts'),
  },
  {
    name: 'trust verify',
    group: 'who says so',
    summary: 'the signed image of a tag, or why there is none',
    load: () => import('./trust-verify.ts'),
  },
  {
    name: 'trust log',
    group: 'who says so',
    summary: 'which keys came and went',
    load: () => import('./trust-log.ts'),
  },
  {
    name: 'trust rotate',
    group: 'who says so',
    summary: 'replace a key',
    load: () => import('./trust-rotate.ts'),
  },
  {
    name: 'trust threshold',
    group: 'who says so',
    summary: 'how many must sign; add and remove keys',
    load: () => import('./trust-threshold.ts'),
  },
  {
    name: 'trust expire',
    group: 'who says so',
    summary: 'sign again with another expiry',
    load: () => import('./trust-expire.ts'),
  },
  {
    name: 'trust witness',
    group: 'who says so',
    summary: 'add your signature to a change or a role',
    load: () => import('./trust-witness.ts'),
  },
  {
    name: 'trust import',
    group: 'who says so',
    summary: 'publish a change that everybody has signed',
    load: () => import('./trust-import.ts'),
  },
  {
    name: 'trust export',
    group: 'who says so',
    summary: 'write verified metadata to a folder',
    load: () => import('./trust-export.ts'),
  },
  {
    name: 'trust recover',
    group: 'who says so',
    summary: 'a new root without a lost key',
    load: () => import('./trust-recover.ts'),
  },
];
