import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Endpoint } from '../src/contract/endpoint.ts';
import { endpoints } from '../src/contract/endpoints.ts';
import { call, digest, imageManifest, pushBlob, putManifest } from './conformance/registry-client.ts';
import { ADMIN_PASSWORD, basic, startServer, type TestServer } from './server.ts';

/** Every route × every role, on a repository of somebody. What a role may not see answers as what is not there. */
const roles = [
  'anonymous',
  'stranger',
  'reader',
  'scanner',
  'auditor',
  'signer',
  'publisher',
  'maintainer',
  'owner',
  'administrator',
] as const;
type RoleName = (typeof roles)[number];
type Outcome = 'ok' | 'unauthorized' | 'denied' | 'unknown';

const PASSWORD = 'a-long-password-7';
const NAME = 'shop/app';

/** The least role that succeeds; `see` is the least that is told "denied" instead of "unknown". */
interface Expectation {
  readonly ok: RoleName | 'nobody';
  readonly see?: RoleName;
  readonly body?: unknown;
  readonly query?: string;
  readonly raw?: string;
  /** `not-found` where what one may not see is no repository. */
}

const everybody: Expectation = { ok: 'anonymous' };
const signedIn: Expectation = { ok: 'stranger', see: 'stranger' };
const administrators: Expectation = { ok: 'administrator', see: 'stranger' };
const nobody: Expectation = { ok: 'nobody', see: 'stranger' };
const readers: Expectation = { ok: 'reader' };
const maintainers: Expectation = { ok: 'maintainer', see: 'reader' };
/** Of the organisation `guild`, in which the owner is one and the others above a stranger are in a team. */
const owners: Expectation = { ok: 'owner', see: 'reader' };
const members: Expectation = { ok: 'reader' };

/** One line for each endpoint; a new endpoint without one fails the test. Destructive ones name things that are not there. */
const api: Readonly<Record<string, Expectation>> = {
  getMe: everybody,
  signIn: { ...everybody, body: { name: 'stranger', password: PASSWORD } },
  signOut: signedIn,
  changePassword: { ...signedIn, body: { current: 'wrong', password: 'another-password-1' } },
  listTokens: signedIn,
  createToken: { ...signedIn, body: { name: 't' } },
  revokeToken: signedIn,
  listPasskeys: signedIn,
  // Outside a session of the console everybody is refused.
  beginPasskey: nobody,
  addPasskey: {
    ...nobody,
    body: { name: 'x', clientData: 'e30', authenticatorData: 'AA', publicKey: 'AA', algorithm: -7 },
  },
  renamePasskey: { ...signedIn, body: { name: 'x' } },
  removePasskey: nobody,
  beginPasskeySignIn: everybody,
  signInByPasskey: {
    ...everybody,
    body: { credentialId: 'AA', clientData: 'e30', authenticatorData: 'AA', signature: 'AA' },
  },
  listRepositories: everybody,
  createRepository: { ok: 'administrator', see: 'stranger', body: { name: 'elsewhere/new' } },
  getRepository: readers,
  updateRepository: { ...maintainers, body: { description: 'x' } },
  // Another name needs the right to create it too, which roles on one repository do not give.
  renameRepository: { ok: 'administrator', see: 'reader', body: { name: NAME } },
  deleteRepository: { ...maintainers },
  listTags: readers,
  deleteTag: maintainers,
  tagHistory: readers,
  listGrants: maintainers,
  setGrant: { ...maintainers, body: { role: 'reader' } },
  removeGrant: maintainers,
  getImage: readers,
  getReport: readers,
  listFindings: readers,
  listObservations: readers,
  listPackages: readers,
  compareImages: { ...readers, query: '?with=1' },
  getDependencies: readers,
  listLayerFiles: readers,
  listReferrers: readers,
  getManifest: readers,
  listStatements: readers,
  getVexDocument: readers,
  addStatement: { ...maintainers, body: { vulnerability: 'CVE-2026-1', status: 'fixed' } },
  takeStatements: { ...maintainers, body: { document: '{}' } },
  withdrawStatement: maintainers,
  deleteImage: maintainers,
  getAdvisories: everybody,
  exportFeed: signedIn,
  listJudgementChanges: everybody,
  queryAdvisories: { ...everybody, body: { packages: [{ ecosystem: 'npm', name: 'x', version: '1' }] } },
  importAdvisories: { ...administrators, raw: '{"a":{"CVE-2020-1":{"releases":{}}}}', query: '?feed=debian' },
  getVulnerability: everybody,
  search: { ...everybody, query: '?q=app' },
  listEvents: everybody,
  listAccounts: administrators,
  createAccount: { ...administrators, body: { name: 'x', password: 'short' } },
  deleteAccount: administrators,
  setAccountPassword: { ...administrators, body: { password: 'short' } },
  getStatus: administrators,
  getAuthority: everybody,
  getScannerMetadata: signedIn,
  acceptScan: {
    ...signedIn,
    body: {
      registry: { url: 'https://registry.example' },
      artifact: { repository: 'a/b', digest: digest(Buffer.from('absent')) },
    },
  },
  getScanReport: signedIn,
  getClairState: everybody,
  getClairIndex: everybody,
  makeClairIndex: { ...everybody, body: { hash: digest(Buffer.from('absent')) } },
  getClairReport: everybody,
  beginBackup: administrators,
  endBackup: administrators,
  listBackupFiles: administrators,
  readBackupFile: { ...administrators, query: '?path=absent' },
  runFsck: { ...administrators, body: {} },
  updateAccount: { ...administrators, body: {} },
  listOrganisations: signedIn,
  createOrganisation: { ...administrators, body: { name: 'not/one' } },
  getOrganisation: members,
  updateOrganisation: { ...owners, body: { description: 'x' } },
  deleteOrganisation: administrators,
  listOrganisationGrants: owners,
  setOrganisationGrant: { ...owners, body: { role: 'reader' } },
  removeOrganisationGrant: owners,
  listRoles: members,
  putRole: { ...owners, body: { actions: ['pull'] } },
  deleteRole: owners,
  listTeams: members,
  createTeam: { ...owners, body: { name: 'all' } },
  deleteTeam: owners,
  listTeamMembers: members,
  addTeamMember: owners,
  removeTeamMember: owners,
  listRobots: owners,
  createRobot: { ...owners, body: { name: 'ci' } },
  deleteRobot: owners,
  createRobotToken: { ...owners, body: { name: 'x' } },
  revokeRobotToken: owners,
  listDirectories: administrators,
  createDirectory: { ...administrators, body: {} },
  updateDirectory: { ...administrators, body: {} },
  deleteDirectory: administrators,
  testDirectory: { ...administrators, body: {} },
  listProviders: everybody,
  beginDeviceSignIn: { ...everybody, body: { provider: 'absent' } },
  pollDeviceSignIn: { ...everybody, body: { handle: 'absent', name: 'x' } },
  offerSecondFactor: { ...signedIn, body: { password: 'wrong' } },
  confirmSecondFactor: { ...signedIn, body: { code: '000000' } },
  removeSecondFactor: { ...signedIn, query: '?code=000000' },
  resetSecondFactor: administrators,
  listAudit: signedIn,
  exportAudit: administrators,
  verifyAudit: administrators,
  listWebhooks: { ...maintainers, query: `?repository=${NAME}` },
  createWebhook: {
    ...maintainers,
    body: { repository: NAME, name: 'x', url: 'https://hooks.example/', events: ['*'] },
  },
  updateWebhook: { ...signedIn, body: {} },
  deleteWebhook: signedIn,
  pingWebhook: signedIn,
  listDeliveries: signedIn,
  replayDelivery: signedIn,
  listSubscriptions: signedIn,
  createSubscription: { ...readers, body: { repository: NAME } },
  deleteSubscription: signedIn,
  listNotices: signedIn,
  setOwnEmail: { ...signedIn, body: { email: null } },
  listTagRules: readers,
  createTagRule: { ...maintainers, body: { kind: 'protected', pattern: 'none' } },
  deleteTagRule: maintainers,
  listTrust: readers,
  listSignedTags: { ...readers, query: '?gun=absent' },
  getImageTrust: readers,
  explainAccess: { ...signedIn, query: `?repository=${NAME}` },
  listDroppedScopes: signedIn,
  listPolicies: { ...members, query: '?organisation=guild' },
  applyPolicies: {
    ...owners,
    body: { text: 'policy: matrix\norganisation: guild\nrules: [{ user: not-root }]\n' },
  },
  checkPolicies: { ...signedIn, body: { text: 'policy: x\nrules: [{ user: not-root }]\n' } },
  getPolicy: { ...members, query: '?organisation=guild' },
  listPolicyVersions: { ...members, query: '?organisation=guild' },
  deletePolicy: { ...owners, query: '?organisation=guild' },
  decide: { ...readers, body: { gate: 'pull', repository: NAME, reference: '1' } },
  getVerdicts: readers,
  listDenials: signedIn,
  getStage: readers,
  promoteImage: {
    ok: 'publisher',
    see: 'reader',
    body: { repository: NAME, tag: 'promoted', reason: 'x' },
  },
  rollBackTag: { ok: 'publisher', see: 'reader', body: { reason: 'x' } },
  listChannels: members,
  applyChannel: {
    ...owners,
    body: {
      text: 'channel: matrix\norganisation: guild\nstages: [{ stage: a, repository: guild/a }, { stage: b, repository: guild/b }]\n',
    },
  },
  getChannel: members,
  removeChannel: owners,
  listPromotions: signedIn,
  requestPromotion: { ...readers, body: { repository: NAME, tag: '1', reason: 'x' } },
  getPromotion: signedIn,
  approvePromotion: { ...signedIn, body: {} },
  rejectPromotion: { ...signedIn, body: { reason: 'x' } },
  judgeImage: { ...everybody, body: { image: 'docker.io/library/nginx:1' } },
  listDecisionKeys: signedIn,
  getDenial: signedIn,
  listExceptions: { ...members, query: '?organisation=guild' },
  addException: {
    ...owners,
    body: {
      organisation: 'guild',
      reason: 'x',
      scope: { repository: 'guild/**' },
      expiresAt: new Date(Date.now() + 3600_000).toISOString(),
    },
  },
  endException: signedIn,
  setRelease: { ...maintainers, body: { state: 'released', reason: 'x' } },
  listReleases: signedIn,
  listStages: signedIn,
  listHolds: members,
  holdDigest: { ...owners, body: { reason: 'x' } },
  releaseDigest: { ...owners, body: { reason: 'x' } },
  beginIntake: { ok: 'publisher', see: 'stranger', body: { digests: [digest(Buffer.from('absent'))], from: 'x' } },
  endIntake: { ok: 'publisher', see: 'reader' },
  comparePolicies: { ...signedIn, body: { text: 'policy: x\nrules: [{ user: not-root }]\n' } },
  simulatePolicies: { ...signedIn, body: { text: 'policy: x\nrules: [{ user: not-root }]\n' } },
  getHealth: readers,
  getHealthBadge: readers,
  listHealthHistory: readers,
  getHealthProfile: { ...members, query: '?organisation=guild' },
  putHealthProfile: { ...owners, body: { text: 'organisation: guild\nminimum: B\n' } },
  deleteHealthProfile: { ...owners, query: '?organisation=guild' },
};

let server: TestServer;
let manifest: Buffer;
let layer: string;

async function admin(method: string, path: string, body?: unknown): Promise<void> {
  const answer = await server.fetch(path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  assert.ok(answer.ok, `${method} ${path}: ${await answer.text()}`);
}

before(async () => {
  server = await startServer();
  manifest = await imageManifest(server, NAME);
  layer = (JSON.parse(manifest.toString()) as { layers: { digest: string }[] }).layers[0]!.digest;
  await putManifest(server, NAME, '1', manifest);
  await admin('POST', '/api/v1/repositories', { name: 'shop/target' });
  await admin('POST', '/api/v1/organisations', { name: 'guild' });
  await admin('POST', '/api/v1/organisations/guild/teams', { name: 'all' });
  for (const name of roles.filter((each) => each !== 'anonymous' && each !== 'administrator')) {
    await admin('POST', '/api/v1/accounts', { name, password: PASSWORD });
    if (name !== 'stranger')
      for (const repository of [NAME, 'shop/target'])
        await admin('PUT', `/api/v1/repositories/${encodeURIComponent(repository)}/grants/${name}`, { role: name });
    if (name === 'owner') await admin('PUT', '/api/v1/organisations/guild/grants/owner', { role: 'owner' });
    else if (name !== 'stranger') await admin('PUT', `/api/v1/organisations/guild/teams/all/members/${name}`);
  }
});
after(() => server[Symbol.asyncDispose]());

function credentials(role: RoleName): string | null {
  if (role === 'anonymous') return null;
  return role === 'administrator' ? basic('admin', ADMIN_PASSWORD) : basic(role, PASSWORD);
}

function outcome(status: number, text: string): Outcome {
  if (status === 401 && !/current password|credentials-invalid|second-factor/.test(text)) return 'unauthorized';
  if (status === 403) return 'denied';
  if (status === 404 && /name-unknown|NAME_UNKNOWN|no organisation .* or not visible to you/.test(text))
    return 'unknown';
  return 'ok';
}

function expected(role: RoleName, expectation: Expectation): Outcome {
  const rank = roles.indexOf(role);
  if (expectation.ok !== 'nobody' && rank >= roles.indexOf(expectation.ok)) return 'ok';
  if (role === 'anonymous') return 'unauthorized';
  return expectation.see !== undefined && rank >= roles.indexOf(expectation.see) ? 'denied' : 'unknown';
}

function pathOf(endpoint: Endpoint, expectation: Expectation): string {
  const values: Record<string, string> = {
    // What is destroyed on the way to "ok" is a repository of its own.
    repository: encodeURIComponent(endpoint.id === 'deleteRepository' ? 'shop/target' : NAME),
    reference: endpoint.id === 'deleteImage' ? encodeURIComponent(digest(Buffer.from('absent'))) : '1',
    tag: endpoint.id === 'deleteTag' ? 'absent' : '1',
    account: 'reader',
    id: endpoint.id === 'getVulnerability' ? 'CVE-2020-1' : 'absent',
    name: 'nobody',
    organisation: endpoint.id === 'deleteOrganisation' ? 'absent' : 'guild',
    team: endpoint.id === 'deleteTeam' ? 'absent' : 'all',
    robot: 'absent',
    gate: 'run',
    digest: digest(Buffer.from('absent')),
  };
  if (/^(?:set|remove|add)\w*(?:Grant|Member)$/.test(endpoint.id)) values['account'] = 'nobody';
  return endpoint.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'x') + (expectation.query ?? '');
}

describe('/api: every endpoint × every role', () => {
  for (const endpoint of endpoints)
    test(`${endpoint.method} ${endpoint.path}`, async () => {
      const expectation = api[endpoint.id];
      assert.ok(expectation, `say in this test who may call ${endpoint.id}`);
      for (const role of roles) {
        const body = expectation.raw ?? (expectation.body === undefined ? undefined : JSON.stringify(expectation.body));
        const answer = await server.fetch(pathOf(endpoint, expectation), {
          method: endpoint.method,
          as: credentials(role),
          ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
        });
        const text = await answer.text();
        assert.equal(
          outcome(answer.status, text),
          expected(role, expectation),
          `${role}: ${answer.status} ${text.slice(0, 200)}`,
        );
        assert.ok(answer.status < 500, `${role}: ${text}`);
        if (endpoint.id === 'deleteRepository' && answer.ok) break;
      }
    });
});

describe('/v2: every route × every role', () => {
  const absent = digest(Buffer.from('absent'));
  const routes: [string, string, Expectation][] = [
    ['GET', '/v2/', { ok: 'stranger' }],
    ['GET', '/v2/_catalog', { ok: 'stranger' }],
    ['GET', '/v2/_oci/ext/discover', everybody],
    ['GET', `/v2/${NAME}/tags/list`, readers],
    ['GET', `/v2/${NAME}/manifests/1`, readers],
    ['HEAD', `/v2/${NAME}/manifests/1`, readers],
    ['GET', `/v2/${NAME}/referrers/${absent}`, readers],
    ['POST', `/v2/${NAME}/blobs/uploads/`, { ok: 'publisher', see: 'reader' }],
    ['PUT', `/v2/${NAME}/manifests/2`, { ok: 'publisher', see: 'reader' }],
    ['PATCH', `/v2/${NAME}/blobs/uploads/absent`, { ok: 'publisher', see: 'reader' }],
    ['GET', `/v2/${NAME}/blobs/uploads/absent`, { ok: 'publisher', see: 'reader' }],
    ['DELETE', `/v2/${NAME}/blobs/uploads/absent`, { ok: 'publisher', see: 'reader' }],
    ['DELETE', `/v2/${NAME}/manifests/absent`, maintainers],
    ['DELETE', `/v2/${NAME}/blobs/${absent}`, maintainers],
  ];
  for (const [method, path, expectation] of routes)
    test(`${method} ${path}`, async () => {
      for (const role of roles) {
        const body = path.endsWith('/manifests/2') ? manifest : Buffer.alloc(0);
        const answer = await call(server, method, path, {
          as: credentials(role),
          body,
          headers: { 'Content-Type': 'application/vnd.oci.image.manifest.v1+json' },
        });
        const text = answer.body.toString();
        // HEAD has no body to tell by: what may not be seen is 404 like what is not there.
        const got = method === 'HEAD' && answer.status === 404 ? 'unknown' : outcome(answer.status, text);
        const wanted = expected(role, expectation);
        // A push where one may not create is refused without saying whether the repository is there.
        const pushing = ['POST', 'PUT'].includes(method) && wanted === 'unknown';
        assert.equal(got, pushing ? 'denied' : wanted, `${role}: ${answer.status} ${text.slice(0, 200)}`);
      }
    });

  test('blobs, by GET and HEAD', async () => {
    for (const method of ['GET', 'HEAD'])
      for (const role of roles) {
        const answer = await call(server, method, `/v2/${NAME}/blobs/${layer}`, { as: credentials(role) });
        const wanted = {
          anonymous: 401,
          stranger: 404,
          reader: 200,
          auditor: 200,
          scanner: 200,
          signer: 200,
          publisher: 200,
          maintainer: 200,
          owner: 200,
          administrator: 200,
        }[role];
        assert.equal(answer.status, wanted, role);
      }
  });

  test('a push or mount elsewhere shows nothing of what is here', async () => {
    await admin('POST', '/api/v1/repositories', { name: 'open/to-stranger' });
    await admin('PUT', '/api/v1/repositories/open%2Fto-stranger/grants/stranger', { role: 'publisher' });
    const as = credentials('stranger');
    for (const query of [`mount=${layer}&from=${NAME}`, `mount=${layer}`])
      assert.equal((await call(server, 'POST', `/v2/open/to-stranger/blobs/uploads/?${query}`, { as })).status, 202);
    assert.equal((await call(server, 'HEAD', `/v2/open/to-stranger/blobs/${layer}`, { as })).status, 404);
    const stolen = await call(server, 'PUT', '/v2/open/to-stranger/manifests/1', {
      as,
      body: manifest,
      headers: { 'Content-Type': 'application/vnd.oci.image.manifest.v1+json' },
    });
    assert.equal(stolen.status, 404, 'a manifest over blobs of others is refused');
  });
});

describe('a stranger beside a populated neighbour sees an empty registry', () => {
  /** The same question, of what is there but not visible and of what is not there at all. */
  const questions: [string, string][] = [
    [`/api/v1/repositories/${encodeURIComponent(NAME)}`, '/api/v1/repositories/shop%2Fzzz'],
    [`/api/v1/repositories/${encodeURIComponent(NAME)}/tags`, '/api/v1/repositories/shop%2Fzzz/tags'],
    [`/api/v1/repositories/${encodeURIComponent(NAME)}/images/1`, '/api/v1/repositories/shop%2Fzzz/images/1'],
    [`/v2/${NAME}/tags/list`, '/v2/shop/zzz/tags/list'],
    [`/v2/${NAME}/manifests/1`, '/v2/shop/zzz/manifests/1'],
    [`/v2/${NAME}/referrers/${digest(Buffer.from('x'))}`, `/v2/shop/zzz/referrers/${digest(Buffer.from('x'))}`],
  ];
  test('single things answer as if they were not there', async () => {
    const blind = (text: string) =>
      text.replaceAll(/"requestId":"[^"]+"/g, '').replaceAll(/shop(?:\/|%2F)(?:app|zzz)/g, 'NAME');
    for (const role of ['stranger', 'anonymous'] as const)
      for (const [there, absent] of questions) {
        const [first, second] = await Promise.all(
          [there, absent].map((path) => server.fetch(path, { as: credentials(role) })),
        );
        assert.equal(first!.status, second!.status, there);
        assert.equal(blind(await first!.text()), blind(await second!.text()), there);
      }
  });

  test('lists, searches and counts are those of an empty registry', async () => {
    await using empty = await startServer();
    const paths = [
      '/api/v1/repositories',
      '/api/v1/repositories?search=app',
      '/api/v1/search?q=app',
      '/api/v1/search?q=CVE-2020-1',
      '/api/v1/events',
    ];
    for (const path of paths) {
      const beside = await (await server.fetch(path, { as: credentials('anonymous') })).json();
      const alone = await (await empty.fetch(path, { as: null })).json();
      assert.deepEqual(beside, alone, path);
    }
    const stranger = (await (
      await server.fetch('/api/v1/repositories?search=shop', { as: credentials('stranger') })
    ).json()) as { items: unknown[]; total: number };
    assert.deepEqual([stranger.items, stranger.total], [[], 0]);
    const catalogue = (await (await server.fetch('/v2/_catalog', { as: credentials('stranger') })).json()) as {
      repositories: string[];
    };
    assert.deepEqual(catalogue.repositories, ['open/to-stranger']);
  });
});

describe('requests that are not what they seem', () => {
  test('a foreign Host is refused (DNS rebinding)', async () => {
    const answer = await call(server, 'GET', '/api/v1/me', { headers: { Host: 'evil.example' } });
    assert.equal(answer.status, 421);
    assert.equal((await call(server, 'GET', '/livez', { headers: { Host: 'evil.example' }, as: null })).status, 200);
  });

  test('another site cannot use a signed-in browser', async () => {
    const session = await server.fetch('/api/v1/session', {
      method: 'POST',
      as: null,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'admin', password: ADMIN_PASSWORD }),
    });
    const cookie = session.headers.get('set-cookie') ?? '';
    assert.match(cookie, /HttpOnly; SameSite=Strict/);
    const jar = { cookie: cookie.split(';')[0]!, 'content-type': 'application/json' };
    const own = await call(server, 'GET', '/api/v1/accounts', { as: null, headers: { ...jar, Origin: server.url } });
    assert.equal(own.status, 200);
    for (const headers of [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
    ]) {
      const answer = await call(server, 'POST', '/api/v1/repositories', {
        as: null,
        headers: { ...jar, ...headers },
        body: Buffer.from('{"name":"evil/x"}'),
      });
      assert.equal(answer.status, 403, JSON.stringify(headers));
    }
    const form = await call(server, 'POST', '/api/v1/repositories', {
      as: null,
      headers: { ...jar, 'content-type': 'text/plain' },
      body: Buffer.from('{"name":"evil/x"}'),
    });
    assert.equal(form.status, 415);
  });

  test('tokens: of another service, altered, unsigned, over, for another repository', async () => {
    const issued = await server.fetch(`/token?service=x&scope=repository:${NAME}:pull`);
    const { token } = (await issued.json()) as { token: string };
    const get = (value: string, path = `/v2/${NAME}/manifests/1`) =>
      call(server, 'GET', path, { as: `Bearer ${value}` });
    assert.equal((await get(token)).status, 200);
    const [head = '', claims = '', signature = ''] = token.split('.');
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const payload = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
    const forged = [
      `${encode({ alg: 'none' })}.${claims}.`,
      `${encode({ alg: 'HS512', typ: 'JWT' })}.${claims}.${signature}`,
      `${head}.${encode({ ...payload, account: 'other' })}.${signature}`,
      `${head}.${encode({ ...payload, exp: 9_999_999_999 })}.${signature}`,
      `${head}.${claims}.${signature.slice(0, -2)}`,
      'x',
      'a'.repeat(9000),
    ];
    for (const value of forged) assert.equal((await get(value)).status, 401, value.slice(0, 40));
    const push = await call(server, 'POST', `/v2/${NAME}/blobs/uploads/`, { as: `Bearer ${token}` });
    assert.equal(push.status, 401);
    assert.match(String(push.headers['www-authenticate']), /scope="repository:shop\/app:pull,push"/);
    await using other = await startServer();
    assert.equal(
      (await call(other, 'GET', '/v2/', { as: `Bearer ${token}` })).status,
      401,
      'a token of one server is none on another',
    );
  });

  test('a read-only token changes nothing, a revoked one is none', async () => {
    const made = await server.fetch('/api/v1/me/tokens', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'ro', readOnly: true }),
    });
    const { secret, token } = (await made.json()) as { secret: string; token: { id: string } };
    const as = basic('admin', secret);
    assert.equal((await call(server, 'GET', `/v2/${NAME}/manifests/1`, { as })).status, 200);
    assert.equal((await call(server, 'POST', `/v2/${NAME}/blobs/uploads/`, { as })).status, 403);
    assert.equal(
      (
        await server.fetch('/api/v1/repositories', {
          method: 'POST',
          as,
          headers: { 'content-type': 'application/json' },
          body: '{"name":"a/b"}',
        })
      ).status,
      403,
    );
    const scoped = (await (await server.fetch(`/token?scope=repository:${NAME}:pull,push`, { as })).json()) as {
      scope: string;
    };
    assert.equal(scoped.scope, `repository:${NAME}:pull`);
    await admin('DELETE', `/api/v1/me/tokens/${token.id}`);
    assert.equal((await call(server, 'GET', `/v2/${NAME}/manifests/1`, { as })).status, 401);
  });

  test('guessing is slowed down for the guesser, not for the account', async () => {
    await using fresh = await startServer();
    let last = 0;
    for (let at = 0; at < 8; at++)
      last = (await fresh.fetch('/api/v1/me', { as: basic('admin', `wrong-${at}`) })).status;
    assert.equal(last, 429);
    const limited = await fresh.fetch('/v2/', { as: basic('admin', 'wrong-again') });
    assert.equal(limited.status, 429);
    assert.ok(Number(limited.headers.get('retry-after')) >= 1);
    const cookie = await fresh.fetch('/livez', { as: null });
    assert.equal(cookie.status, 200);
  });
});

test('names that escape, bytes that are none: the server answers and lives', async () => {
  const paths = [
    '/v2/%2e%2e/x/manifests/1',
    '/v2/a%00b/c/tags/list',
    '/v2/a/b/manifests/%ff',
    `/v2/${'a/'.repeat(2000)}manifests/1`,
    '/api/v1/repositories/%zz',
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '//evil.example/v2/',
    '/v2/a/b/blobs/sha256:../../../etc/passwd',
  ];
  for (const path of paths) {
    const answer = await call(server, 'GET', path);
    assert.ok(answer.status < 500, `${path}: ${answer.status}`);
    assert.doesNotMatch(answer.body.toString(), /"dependencies"|root:x:/);
  }
  await pushBlob(server, NAME, Buffer.from('still here'));
});
