import type { CommandEntry } from './command.ts';

/** Every command, one line each. Help, completion and the reference are made from this table. */
export const commands: readonly CommandEntry[] = [
  { name: 'serve', group: 'run', summary: 'start the registry', load: () => import('./serve.ts') },
  {
    name: 'login',
    group: 'move images',
    summary: 'sign in to a registry, for docker and podman too',
    load: () => import('./login.ts'),
  },
  { name: 'logout', group: 'move images', summary: 'forget a sign-in', load: () => import('./logout.ts') },
  { name: 'push', group: 'move images', summary: 'from this machine to a registry', load: () => import('./push.ts') },
  { name: 'pull', group: 'move images', summary: 'from a registry to this machine', load: () => import('./pull.ts') },
  { name: 'copy', group: 'move images', summary: 'between any two places', load: () => import('./copy.ts') },
  {
    name: 'check',
    group: 'what is in it',
    summary: 'the seven questions answered, each with its evidence',
    load: () => import('./check.ts'),
  },
  {
    name: 'scan',
    group: 'what is in it',
    summary: 'packages and vulnerabilities of an image',
    load: () => import('./scan.ts'),
  },
  {
    name: 'advisories import',
    group: 'what is in it',
    summary: 'take in an advisory feed from a file',
    load: () => import('./advisories-import.ts'),
  },
  {
    name: 'advisories status',
    group: 'what is in it',
    summary: 'the advisory feeds in force and their age',
    load: () => import('./advisories-status.ts'),
  },
  { name: 'ca', group: 'run', summary: 'the certificate of a server’s own authority', load: () => import('./ca.ts') },
  {
    name: 'ca install',
    group: 'run',
    summary: 'make docker, podman or this machine trust a server',
    load: () => import('./ca-install.ts'),
  },
];
