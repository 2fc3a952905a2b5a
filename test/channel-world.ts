import { addPerson, api as call, done as succeed } from './access-client.ts';
import { digest, imageManifest, putManifest } from './conformance/registry-client.ts';
import { basic, startServer, type TestServer } from './server.ts';

/** Personal tokens of the people: a password is made slow to check on purpose. */
const tokens = new WeakMap<TestServer, Map<string, string>>();

async function spoken(server: TestServer, name: string): Promise<string> {
  const known = tokens.get(server) ?? new Map<string, string>();
  tokens.set(server, known);
  let secret = known.get(name);
  if (secret === undefined) {
    ({ secret } = await succeed<{ secret: string }>(server, 'POST', '/me/tokens', { name: 'tests' }, name));
    known.set(name, secret);
  }
  return basic(name, secret);
}

/** As `api` of the access client, for people by their tokens. */
export async function api<T = Record<string, unknown>>(
  server: TestServer,
  method: string,
  path: string,
  body?: unknown,
  as?: string,
) {
  return call<T>(server, method, path, body, as === undefined ? undefined : await spoken(server, as));
}

/** As `api`, for steps that must succeed. */
export async function done<T = Record<string, unknown>>(
  server: TestServer,
  method: string,
  path: string,
  body?: unknown,
  as?: string,
) {
  return succeed<T>(server, method, path, body, as === undefined ? undefined : await spoken(server, as));
}

/** A request for promotion as the API shows it. */
export interface ShownRequest {
  readonly id: string;
  readonly state: string;
  readonly digest: string;
  readonly note: string;
  readonly previous?: string;
  readonly askedBy: string;
  readonly to: { readonly repository: string; readonly tag: string };
  readonly approvals: readonly { readonly account: string }[];
  readonly requirements: readonly { readonly kind: string; readonly met: boolean; readonly detail: string }[];
  readonly evidence?: { readonly approvals: readonly { readonly account: string }[]; readonly verdicts: unknown[] };
  readonly detail?: string;
}

/** `production` needs approvals of two of the team release; `more` replaces its terms. */
export function appChannel(
  production = 'approvals: [{ count: 2, by: [team:release] }]',
  staging = 'start: by-hand',
): string {
  return [
    'channel: app',
    'organisation: shop',
    'stages:',
    '  - { stage: intake, repository: shop/intake/** }',
    `  - { stage: staging, repository: shop/staging/**, promotion: { ${staging} } }`,
    `  - { stage: production, repository: shop/production/**, promotion: { ${production} } }`,
    '',
  ].join('\n');
}

/**
 * The organisation shop: dev and dev2 publish, ann, bob and cid are the team release, owen owns, rita reads; and rick, who
 * owns the organisation rival.
 */
export async function peopleOfChannels(server: TestServer): Promise<void> {
  await done(server, 'POST', '/organisations', { name: 'shop' });
  await done(server, 'POST', '/organisations', { name: 'rival' });
  await addPerson(server, 'dev', 'dev2', 'ann', 'bob', 'cid', 'owen', 'rita', 'rick');
  const roles = {
    dev: 'publisher',
    dev2: 'publisher',
    ann: 'publisher',
    bob: 'reader',
    cid: 'reader',
    owen: 'owner',
    rita: 'reader',
  };
  for (const [name, role] of Object.entries(roles))
    await done(server, 'PUT', `/organisations/shop/grants/${name}`, { role });
  await done(server, 'PUT', '/organisations/rival/grants/rick', { role: 'owner' });
  await done(server, 'POST', '/organisations/shop/teams', { name: 'release' });
  for (const name of ['ann', 'bob', 'cid'])
    await done(server, 'PUT', `/organisations/shop/teams/release/members/${name}`);
}

export async function channelWorld(): Promise<TestServer> {
  const server = await startServer();
  await peopleOfChannels(server);
  return server;
}

/** Pushes an image of its own and returns its digest. */
export async function pushed(server: TestServer, repository: string, tag: string): Promise<string> {
  const raw = await imageManifest(server, repository);
  const answer = await putManifest(server, repository, tag, raw);
  if (answer.status !== 201) throw new Error(`${repository}:${tag}: ${answer.status} ${answer.body.toString()}`);
  return digest(raw);
}

export const applyChannel = (server: TestServer, text: string, as = 'owen') =>
  api<{ detail?: string; version: number; changed: boolean }>(server, 'PUT', '/channels', { text }, as);

export const ask = (server: TestServer, image: string, as = 'dev', more: object = {}) => {
  const [repository = '', tag = ''] = image.split(':');
  return api<ShownRequest>(server, 'POST', '/promotions', { repository, tag, reason: 'release', ...more }, as);
};

export const approve = (server: TestServer, id: string, as: string) =>
  api<ShownRequest>(server, 'POST', `/promotions/${id}/approval`, { note: `fine, says ${as}` }, as);

export const shown = (server: TestServer, id: string, as = 'dev') =>
  done<ShownRequest>(server, 'GET', `/promotions/${id}`, undefined, as);

/** What the tag names now, or the status that was answered. */
export async function standing(server: TestServer, image: string): Promise<string> {
  const [repository = '', tag = ''] = image.split(':');
  const answer = await server.fetch(`/v2/${repository}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
  });
  return answer.headers.get('docker-content-digest') ?? String(answer.status);
}

/** How often an event of this noun was written about the subject. */
export async function told(server: TestServer, noun: string, subject: string): Promise<number> {
  const { items } = await done<{ items: { type: string; subject: string }[] }>(server, 'GET', '/events?limit=1000');
  return items.filter((each) => each.type === `dev.assay.${noun}.v1` && each.subject === subject).length;
}
