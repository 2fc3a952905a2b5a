import type { CommandEntry } from './command.ts';

/** The part of the table of commands that is about repositories. */
export const repositoryCommands: readonly CommandEntry[] = [
  {
    name: 'repo list',
    group: 'who and where',
    summary: 'repositories with what was found in them',
    load: () => import('./repo-list.ts'),
  },
  {
    name: 'repo create',
    group: 'who and where',
    summary: 'make an empty repository',
    load: () => import('./repo-create.ts'),
  },
  {
    name: 'repo set',
    group: 'who and where',
    summary: 'visibility and description',
    load: () => import('./repo-set.ts'),
  },
  {
    name: 'repo rename',
    group: 'who and where',
    summary: 'another name, with everything in it',
    load: () => import('./repo-rename.ts'),
  },
  {
    name: 'repo delete',
    group: 'who and where',
    summary: 'delete a repository with everything in it',
    load: () => import('./repo-delete.ts'),
  },
];
