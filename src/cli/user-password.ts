import { setAccountPassword } from '../contract/house.ts';
import { changePassword, getMe } from '../contract/session.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { ask, newPassword } from './prompt.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Sets a password: one’s own without a name, which asks for the current one, or as an administrator that of an account. Its sessions and refresh tokens end.',
  args: [{ name: 'name', summary: 'the account; your own when absent', optional: true }],
  options: [
    { flags: '--password-stdin', summary: 'read the new password from standard input (with a name)' },
    ...serverOptions,
  ],
  examples: [
    ['assay user password', 'change your own'],
    ['assay user password dana', 'set that of another account'],
  ],
  async run(invocation) {
    const client = connect(invocation);
    const { terminal, options } = invocation;
    const me = await callEndpoint(client, getMe);
    const name = argument(invocation, 0) || (me.name ?? '');
    if (argument(invocation, 0) !== '' && name !== me.name) {
      const password = await newPassword(options['passwordStdin'] === true);
      await callEndpoint(client, setAccountPassword, { params: { name }, body: { password } });
    } else {
      const current = await ask('Current password', { secret: true, instead: 'a terminal' });
      await callEndpoint(client, changePassword, { body: { current, password: await newPassword(false) } });
    }
    terminal.out(`the password of ${printable(name)} is changed`);
    return 0;
  },
};
