import { setTimeout as pause } from 'node:timers/promises';
import { beginDeviceSignIn, listProviders, pollDeviceSignIn } from '../contract/directories.ts';
import { AssayError } from '../lib/error.ts';
import { callEndpoint } from './ask-server.ts';
import { storeCredential } from './client/docker-config.ts';
import type { Invocation } from './command.ts';
import { clientOptions, textOption } from './image-report.ts';
import { tokenName } from './login-names.ts';
import { ServerClient } from './server-client.ts';
import { printable } from './terminal.ts';
import { daysOption } from './token-options.ts';

/** The device flow (RFC 8628) through the server: it keeps the client's secret, this machine gets a personal token. */
export async function loginByProvider({ options, terminal, environment }: Invocation, host: string): Promise<0> {
  const client = new ServerClient(host, environment, clientOptions(options)).signedInAsNobody();
  if (!(await client.isAssay()))
    throw new AssayError('unsupported', `${host} is no Assay server; sign in with a password`);
  const provider = await chooseProvider(client, textOption(options, 'oidc'));
  const begun = await callEndpoint(client, beginDeviceSignIn, { body: { provider } });
  terminal.err(`open ${printable(begun.verificationUriComplete ?? begun.verificationUri)}`);
  terminal.err(`and enter the code ${printable(begun.userCode)}`);
  const body = {
    handle: begun.handle,
    name: tokenName(),
    readOnly: options['readOnly'] === true,
    days: daysOption(options['days']),
  };
  let seconds = Math.max(1, begun.intervalSeconds);
  for (;;) {
    await pause(seconds * 1000);
    const { state, account, secret } = await callEndpoint(client, pollDeviceSignIn, { body });
    if (state === 'slow-down') seconds += 1;
    if (account === undefined || secret === undefined) continue;
    const place = await storeCredential(
      host,
      { name: account, password: secret },
      environment,
      textOption(options, 'authfile'),
    );
    terminal.out(`signed in to ${host} as ${printable(account)}; kept in ${printable(place)}`);
    return 0;
  }
}

async function chooseProvider(client: ServerClient, wanted: string | undefined): Promise<string> {
  const { items } = await callEndpoint(client, listProviders);
  const names = items.map((each) => each.name);
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  const [only, ...others] = names;
  if (only === undefined) throw new AssayError('unsupported', 'this server has no OpenID Connect provider');
  if (wanted === undefined && others.length === 0) return only;
  throw new AssayError('usage-invalid', `name the provider: --oidc ${names.map(printable).join(' | --oidc ')}`);
}
