import { listTokens, revokeToken } from '../contract/session.ts';
import { isAssayError } from '../lib/error.ts';
import { eraseCredential } from './client/docker-config.ts';
import type { Command } from './command.ts';
import { accessOptions, clientOptions, textOption } from './image-report.ts';
import { registryHost, tokenName } from './login-names.ts';
import { ServerClient } from './server-client.ts';

export const command: Command = {
  description:
    'Forgets the sign-in for a registry, for docker and assay alike. On an Assay server the personal tokens that assay login made on this machine are revoked.',
  args: [{ name: 'registry', summary: 'host[:port]' }],
  options: accessOptions,
  examples: [['assay logout 127.0.0.1:5000', 'forget the sign-in and revoke its token']],
  async run({ args, options, terminal, environment }) {
    const host = registryHost(args[0] ?? '');
    const client = new ServerClient(host, environment, clientOptions(options));
    const revoked = await revoke(client).catch((error: unknown) => {
      if (!isAssayError(error)) throw error;
      terminal.err(`the token could not be revoked: ${error.message}`);
      return 0;
    });
    const known = await eraseCredential(host, environment, textOption(options, 'authfile'));
    if (!known) terminal.err(`no sign-in for ${host} was kept`);
    else terminal.out(`signed out of ${host}${revoked > 0 ? '; its token is revoked' : ''}`);
    return 0;
  },
};

async function revoke(client: ServerClient): Promise<number> {
  if (!(await client.isAssay())) return 0;
  const { items } = listTokens.answer.parse(await client.call(listTokens.method, listTokens.path));
  const own = items.filter((each) => each.name === tokenName());
  for (const each of own) await client.call(revokeToken.method, `/api/v1/me/tokens/${encodeURIComponent(each.id)}`);
  return own.length;
}
