import { createRepository } from '../contract/repositories.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Makes an empty repository, private unless --public is given.',
  args: [{ name: 'name', summary: 'organisation/name' }],
  options: [
    { flags: '--public', summary: 'everybody may pull' },
    { flags: '--description <text>', summary: 'what it is for' },
    ...serverOptions,
  ],
  examples: [['assay repo create shop/app --description "the shop"', 'a private repository']],
  async run(invocation) {
    const description = textOption(invocation.options, 'description') ?? '';
    const visibility = invocation.options['public'] === true ? 'public' : 'private';
    const body = { name: argument(invocation, 0), visibility, description };
    const made = await callEndpoint(connect(invocation), createRepository, { body });
    invocation.terminal.out(`${printable(made.name)} is there, ${made.visibility}`);
    return 0;
  },
};
