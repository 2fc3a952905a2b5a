import { updateRepository } from '../contract/repositories.ts';
import { AssayError } from '../lib/error.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Changes who may pull from a repository, or its description.',
  args: [{ name: 'name', summary: 'organisation/name' }],
  options: [
    { flags: '--visibility <who>', summary: 'who may pull', choices: ['private', 'public'] },
    { flags: '--description <text>', summary: 'what it is for' },
    ...serverOptions,
  ],
  examples: [['assay repo set shop/app --visibility public', 'everybody may pull']],
  async run(invocation) {
    const visibility = textOption(invocation.options, 'visibility');
    const description = textOption(invocation.options, 'description');
    if (visibility === undefined && description === undefined)
      throw new AssayError('usage-invalid', 'say what to set: --visibility or --description');
    const body = { ...(visibility !== undefined && { visibility }), ...(description !== undefined && { description }) };
    const params = { repository: argument(invocation, 0) };
    const now = await callEndpoint(connect(invocation), updateRepository, { params, body });
    invocation.terminal.out(
      `${printable(now.name)}: ${now.visibility}${now.description === '' ? '' : `, ${printable(now.description)}`}`,
    );
    return 0;
  },
};
