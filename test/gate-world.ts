import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { type DecisionClaims, signDecision } from '../src/policy/signed-decision.ts';
import { generateKey } from '../src/trust/keys/algorithm.ts';
import { addPerson, done } from './access-client.ts';
import { dpkgStatus, importTracker, type LayerFile, OS_RELEASE, pushImage, pushIndex } from './e2e/console-data.ts';
import { notaryPublisher } from './notary-publisher.ts';
import { startServer, type TestServer } from './server.ts';
import type { SettingName } from '../src/app/settings.ts';

/** An image of the house that gates are tried on, in each state that matters to them. */
export interface WorldImage {
  readonly repository: string;
  readonly digest: string;
  readonly size: number;
  readonly config: string;
  readonly layer: string;
  readonly children: readonly string[];
}

export const worldStates = [
  'good',
  'plain',
  'vulnerable',
  'fresh',
  'held',
  'stolen',
  'old',
  'replayed',
  'rooted',
  'pair',
  'halfbad',
] as const;
export type WorldState = (typeof worldStates)[number];

export interface GateWorld extends AsyncDisposable {
  readonly server: TestServer;
  readonly images: Readonly<Record<WorldState, WorldImage>>;
  /** Puts the enforcing policy of shop in force at these gates; `more` are further rules as YAML. */
  policy(gates: readonly string[], more?: string): Promise<void>;
  /** Has the advisories say that openssl is mended from this version on. */
  findings(fixed: string): Promise<void>;
  /** A decision that the server's own key signs, whatever it says. */
  signed(claims: DecisionClaims): Promise<string>;
  /** Text with `{good}`, `{good@}`, `{good#}`, `{good/}`, `{host}`, `{hostname}` and `{HOST}` filled in. */
  filled(text: string): string;
}

function tracker(fixed: string): string {
  const releases = { bookworm: { status: 'resolved', fixed_version: fixed, urgency: 'high' } };
  return JSON.stringify({ openssl: { 'CVE-2026-0001': { description: 'Remote code execution', releases } } });
}

/** A person per role in shop, and `dabbler`, who owns the organisation `own` and may read shop. */
const people = { reader: 'reader', publisher: 'publisher', dabbler: 'reader' } as const;

/** A server with one organisation, signed and scanned images, and the reasons why each of the others must not pass. */
export async function gateWorld(flags: Partial<Record<SettingName, unknown>> = {}): Promise<GateWorld> {
  const server = await startServer(flags);
  await importTracker(server, tracker('3.0.9-1'));
  const clean = (word: string) => image(server, word, '3.0.9-1');
  const images: Record<WorldState, WorldImage> = {
    good: await clean('good'),
    plain: await clean('plain'),
    vulnerable: await image(server, 'vulnerable', '3.0.1-1'),
    fresh: await clean('fresh'),
    held: await clean('held'),
    stolen: await clean('stolen'),
    old: await image(server, 'old', '3.0.2-1'),
    replayed: await copyOf(server, 'good', 'replayed'),
    rooted: await image(server, 'rooted', '3.0.9-1', ''),
    pair: await index(server, 'pair', ['3.0.9-1', '3.0.9-1']),
    halfbad: await index(server, 'halfbad', ['3.0.9-1', '3.0.1-1']),
  };
  await addPerson(server, ...Object.keys(people), 'publisher-elsewhere');
  for (const [name, role] of Object.entries(people))
    await done(server, 'PUT', `/organisations/shop/grants/${name}`, { role });
  await done(server, 'POST', '/organisations', { name: 'own', description: '' });
  await done(server, 'PUT', '/organisations/own/grants/dabbler', { role: 'owner' });
  await done(server, 'PUT', '/organisations/shop/grants/publisher-elsewhere', { role: 'reader' });
  await done(server, 'PUT', '/organisations/own/grants/publisher-elsewhere', { role: 'publisher' });
  await settled(server, images);
  const newer = await image(server, 'old', '3.0.9-1', 'app', 'newer');
  await settled(server, { newer });
  const shared = await generateKey('ecdsa-p256');
  const gun = (state: string) => `${server.host}/shop/${state}`;
  for (const state of ['good', 'vulnerable', 'fresh', 'held', 'rooted', 'pair', 'halfbad'] as const)
    await sign(server, gun(state), images[state], shared);
  await sign(server, gun('old'), newer, shared);
  await sign(server, gun('stolen'), images.stolen, await generateKey('ecdsa-p256'));
  await sign(server, gun('replayed'), images.plain, shared);
  forgetAnalysis(server, images.fresh.digest);
  const held = '/repositories/shop%2Fheld/images/1.0/release';
  await done(server, 'PUT', held, { state: 'held', reason: 'found at a customer' });
  const { items } = await done<{ items: { roles: { name: string; keys: { id: string }[] }[] }[] }>(
    server,
    'GET',
    '/repositories/shop%2Fgood/trust',
  );
  const key = items[0]?.roles.find(({ name }) => name === 'targets')?.keys[0]?.id;
  if (key === undefined) throw new Error('the owner has no key for targets');
  return {
    server,
    images,
    policy: async (gates, more = '') => {
      const text = [
        'policy: shop-rules',
        'organisation: shop',
        'mode: enforce',
        `gates: [${gates.join(', ')}]`,
        'rules:',
        `  - signed: { by: ["${key}"] }`,
        '  - vulnerabilities: { atLeast: high, fixable: true }',
        '  - scanned: {}',
        more,
      ].join('\n');
      await done(server, 'PUT', '/policies', { text });
    },
    findings: (fixed) => importTracker(server, tracker(fixed)),
    signed: (claims) => {
      const database = new DatabaseSync(join(server.directory, 'assay.sqlite'), { readOnly: true });
      try {
        const row = database.prepare("select value from secrets where name = 'decision-key'").get();
        const der = Buffer.from(row?.['value'] as Uint8Array);
        const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
        const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
        const thumbprint = JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x });
        const id = createHash('sha256').update(thumbprint).digest('base64url');
        return Promise.resolve(signDecision(claims, { id, privateKey }));
      } finally {
        database.close();
      }
    },
    filled: (text) =>
      text
        .replaceAll(/\{([a-z]+)(@|#12|#|\/)?\}/g, (whole, state: string, form: string | undefined) => {
          const found = state in images ? images[state as WorldState] : undefined;
          if (!found) return whole;
          const name = `${server.host}/${found.repository}`;
          return form === '@'
            ? found.digest
            : form === '#'
              ? found.config
              : form === '#12'
                ? found.config.slice('sha256:'.length, 'sha256:'.length + 12)
                : form === '/'
                  ? name
                  : `${name}:1.0`;
        })
        .replaceAll('{hostname}', new URL(server.url).hostname)
        .replaceAll('{HOST}', server.host.toUpperCase())
        .replaceAll('{host}', server.host),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function image(
  server: TestServer,
  state: string,
  openssl: string,
  user = 'app',
  word = state,
): Promise<WorldImage> {
  const files: LayerFile[] = [OS_RELEASE, dpkgStatus([['openssl', openssl]]), { path: 'word', text: word }];
  const layers = [{ instruction: 'COPY . /', files }];
  const pushed = await pushImage(server, { repository: `shop/${state}`, tag: '1.0', layers, config: { User: user } });
  return worldImage(server, `shop/${state}`, pushed);
}

async function worldImage(
  server: TestServer,
  repository: string,
  { digest, size }: { digest: string; size: number },
): Promise<WorldImage> {
  const answer = await server.fetch(`/v2/${repository}/manifests/${digest}`);
  const value = (await answer.json()) as {
    config?: { digest: string };
    layers?: { digest: string }[];
    manifests?: { digest: string }[];
  };
  return {
    repository,
    digest,
    size,
    config: value.config?.digest ?? '',
    layer: value.layers?.[0]?.digest ?? '',
    children: value.manifests?.map((each) => each.digest) ?? [],
  };
}

async function index(server: TestServer, state: string, versions: readonly string[]): Promise<WorldImage> {
  const repository = `shop/${state}`;
  const children = [];
  for (const [at, openssl] of versions.entries()) {
    const files = [OS_RELEASE, dpkgStatus([['openssl', openssl]]), { path: 'word', text: `${state} ${at}` }];
    const architecture = at === 0 ? 'amd64' : 'arm64';
    children.push(
      await pushImage(server, {
        repository,
        tag: '',
        layers: [{ instruction: 'COPY . /', files }],
        config: { User: 'app' },
        architecture,
      }),
    );
  }
  return worldImage(server, repository, await pushIndex(server, repository, '1.0', children));
}

/** The same bytes in another repository, whose trust data does not name them. */
async function copyOf(server: TestServer, from: string, state: string): Promise<WorldImage> {
  const same = await image(server, state, '3.0.9-1', 'app', from);
  return same;
}

async function sign(
  server: TestServer,
  gun: string,
  { digest, size }: Pick<WorldImage, 'digest' | 'size'>,
  key: Awaited<ReturnType<typeof generateKey>>,
): Promise<void> {
  const publisher = await notaryPublisher(server, gun, key);
  const { status, text } = await publisher.sign(1, [{ tag: '1.0', digest, size }]);
  if (status !== 200) throw new Error(`${gun}: ${status} ${text}`);
}

async function settled(server: TestServer, images: Readonly<Record<string, WorldImage>>): Promise<void> {
  for (const { repository, digest, children } of Object.values(images))
    for (const each of children.length > 0 ? children : [digest]) await analysed(server, repository, each);
}

async function analysed(server: TestServer, repository: string, digest: string): Promise<void> {
  const path = `/api/v1/repositories/${encodeURIComponent(repository)}/images/${digest}/observations`;
  for (let waited = 0; waited < 60_000; waited += 50) {
    if ((await server.fetch(path)).ok) return;
    await pause(50);
  }
  throw new Error(`${repository} was not analysed`);
}

/** As before its analysis ended. Nothing has been asked of the image yet, so that no answer is remembered. */
function forgetAnalysis(server: TestServer, digest: string): void {
  const database = new DatabaseSync(join(server.directory, 'assay.sqlite'), { enableForeignKeyConstraints: false });
  try {
    for (const table of ['image_judgements', 'image_analyses'])
      database.prepare(`delete from ${table} where manifest = ?`).run(digest);
  } finally {
    database.close();
  }
}
