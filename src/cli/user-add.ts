import { createAccount } from '../contract/house.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { newPassword } from './prompt.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Makes an account on a server.',
  args: [{ name: 'name', summary: 'lower case letters, digits and single . _ - between them' }],
  options: [
    { flags: '--administrator', summary: 'may do everything' },
    { flags: '--password-stdin', summary: 'read the password from standard input' },
    ...serverOptions,
  ],
  examples: [
    ['assay user add dana', 'asks for the password twice'],
    ['assay user add ci --password-stdin < password', 'for scripts'],
  ],
  async run(invocation) {
    const name = argument(invocation, 0);
    const password = await newPassword(invocation.options['passwordStdin'] === true);
    const body = { name, password, administrator: invocation.options['administrator'] === true };
    const account = await callEndpoint(connect(invocation), createAccount, { body });
    invocation.terminal.out(
      `${printable(account.name)} may sign in${account.administrator ? ', as an administrator' : ''}`,
    );
    return 0;
  },
};
