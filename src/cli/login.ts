import { hostname, userInfo } from 'node:os';
import { createToken } from '../contract/session.ts';
import { AssayError } from '../lib/error.ts';
import { parseRegistryReference } from '../oci/reference.ts';
import { storeCredential } from './client/docker-config.ts';
import type { Command } from './command.ts';
import { accessOptions, clientOptions, imageAccess, textOption } from './image-report.ts';
import { ask, readSecret } from './prompt.ts';
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
    ...accessOptions,
  ],
  examples: [
    ['assay login 127.0.0.1:5000', 'asks for name and password'],
    ['assay login -u ci --password-stdin registry.example.com < password', 'for scripts'],
  ],
  async run(invocation) {
    const { args, options, terminal, environment, open } = invocation;
    const host = registryHost(args[0] ?? '');
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
      secret = createToken.answer.parse(await client.call(createToken.method, createToken.path, wanted)).secret;
    } else await client.call('GET', '/api/v1/me/tokens');
    const place = await storeCredential(host, { name, password: secret }, environment, textOption(options, 'authfile'));
    terminal.out(`signed in to ${host} as ${printable(name)}; kept in ${printable(place)}`);
    if (assay && secret !== password)
      terminal.err(`a personal token, valid for ${days} days, is kept; your password is not`);
    return 0;
  },
};

/** The host as images are named with it; a scheme or a path in front of or after it is a slip that is forgiven. */
export function registryHost(text: string): string {
  const bare = text.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '');
  const { host } = parseRegistryReference(`${bare.includes('.') || bare.includes(':') ? bare : bare || ' '}/x`);
  if (host === undefined || host.toLowerCase() !== bare.toLowerCase())
    throw new AssayError(
      'reference-invalid',
      `not a registry: ${JSON.stringify(text.slice(0, 100))} (host or host:port)`,
    );
  return host;
}

/** Names the token after where it is kept, so that its owner knows it in a list and logout finds it. */
export function tokenName(): string {
  return `assay login of ${userInfo().username} on ${hostname()}`.slice(0, 100);
}
