import { createToken } from '../contract/session.ts';
import { AssayError, isAssayError } from '../lib/error.ts';
import { storeCredential } from './client/docker-config.ts';
import type { Command } from './command.ts';
import { loginByProvider } from './login-oidc.ts';
import { accessOptions, clientOptions, imageAccess, textOption } from './image-report.ts';
import { ask, readSecret } from './prompt.ts';
import { registryHost, tokenName } from './login-names.ts';
import { ServerClient } from './server-client.ts';
import { printable } from './terminal.ts';
import { daysOption } from './token-options.ts';

export const command: Command = {
  description:
    'Signs in to a registry and keeps the sign-in where docker keeps its own, so that docker, podman and assay share it. On an Assay server a personal token is made and kept instead of the password.',
  args: [{ name: 'registry', summary: 'host[:port]' }],
  options: [
    { flags: '-u, --username <name>', summary: 'account name' },
    { flags: '--password-stdin', summary: 'read the password from standard input' },
    { flags: '--read-only', summary: 'make a token that may only read (Assay servers)' },
    { flags: '--days <count>', summary: 'days the token is valid, 90 unless given (Assay servers)' },
    {
      flags: '--oidc [provider]',
      summary: 'sign in with the OpenID Connect provider of an Assay server, in a browser',
    },
    ...accessOptions,
  ],
  examples: [
    ['assay login 127.0.0.1:5000', 'asks for name and password'],
    ['assay login --oidc registry.example.com', 'shows a code and where to enter it'],
    ['assay login -u ci --password-stdin registry.example.com < password', 'for scripts'],
  ],
  async run(invocation) {
    const { args, options, terminal, environment, open } = invocation;
    const host = registryHost(args[0] ?? '');
    if (options['oidc'] !== undefined) return loginByProvider(invocation, host);
    const days = daysOption(options['days']);
    const name = textOption(options, 'username') ?? (await ask('Name', { instead: '--username and --password-stdin' }));
    if (name === '' || name.includes(':'))
      throw new AssayError('usage-invalid', 'a name is not empty and has no colon');
    const password = options['passwordStdin']
      ? await readSecret()
      : await ask('Password', { secret: true, instead: '--password-stdin' });
    const client = new ServerClient(host, environment, clientOptions(options)).signedInAs(name, password);
    const assay = await client.isAssay();
    let secret = password;
    if (!assay) await open.checkSignIn(host, { name, password }, imageAccess(invocation));
    else if (!password.startsWith('asy_pat_')) {
      const wanted = { name: tokenName(), readOnly: options['readOnly'] === true, days };
      const make = async () =>
        createToken.answer.parse(await client.call(createToken.method, createToken.path, wanted)).secret;
      secret = await make().catch(async (error: unknown) => {
        if (!isAssayError(error, 'second-factor-required')) throw error;
        client.signedInAs(name, password, await ask('Code', { instead: 'a personal token for a password' }));
        return make();
      });
    } else await client.call('GET', '/api/v1/me/tokens');
    const place = await storeCredential(host, { name, password: secret }, environment, textOption(options, 'authfile'));
    terminal.out(`signed in to ${host} as ${printable(name)}; kept in ${printable(place)}`);
    if (assay && secret !== password)
      terminal.err(`a personal token, valid for ${days} days, is kept; your password is not`);
    return 0;
  },
};
