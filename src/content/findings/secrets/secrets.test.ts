import assert from 'node:assert/strict';
import { generateKeyPairSync, hash } from 'node:crypto';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { seeded } from '../../../../test/archives.ts';
import { KeywordPass } from '../keyword-pass.ts';
import type { LayerObservation } from '../observation.ts';
import { isBelieved } from './path-kind.ts';
import { secretFiles } from './file-rules.ts';
import { secretRules } from './secret-rules.ts';
import { masked, secretsIn } from './secret-scan.ts';
import { secrets } from './secrets.ts';

const pass = new KeywordPass([secrets]);

function seen(text: string | Uint8Array, path = 'app/settings.conf', onlySure = false): LayerObservation[] {
  const bytes = Buffer.from(text);
  return secretsIn(path, bytes, 1, 0, pass.hits(bytes).get(secrets) ?? [], onlySure);
}

const ids = (text: string, path?: string) => seen(text, path).map((each) => each.id);

const ALL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const random = seeded(42);
const draw = (alphabet: string, count: number) =>
  Array.from({ length: count }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
const letters = (count: number) => draw(ALL, count);
const hex = (count: number) => draw('0123456789abcdef', count);
const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;

function withChecksum(prefix: string): string {
  const body = letters(30);
  const base62 = `${ALL.slice(52)}${ALL.slice(0, 52)}`;
  let sum = crc32(body);
  let digits = '';
  for (let at = 0; at < 6; at++) {
    digits = base62[sum % 62]! + digits;
    sum = Math.floor(sum / 62);
  }
  return `${prefix}${body}${digits}`;
}

const jwtOf = (claims: object) =>
  [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((each) => Buffer.from(JSON.stringify(each)).toString('base64url'))
    .join('.');

/** Made after the published forms, drawn anew in every run of the seed. */
const samples: readonly (readonly [id: string, text: string])[] = [
  ['aws-access-key', `AKIA${draw('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`],
  ['aws-secret-key', `aws_secret_access_key = ${draw(`${ALL}+/`, 40)}`],
  ['google-api-key', `AIza${letters(35)}`],
  ['google-oauth-secret', `GOCSPX-${letters(28)}`],
  ['azure-storage-key', `AccountName=a;AccountKey=${draw(`${ALL}+/`, 86)}==;`],
  ['azure-client-secret', `secret: ${letters(3)}8Q~${letters(34)}`],
  ['digitalocean-token', `dop_v1_${hex(64)}`],
  ['heroku-api-key', `HRKU-AA${letters(58)}`],
  ['vault-token', `hvs.${letters(90)}`],
  ['terraform-token', `${letters(14)}.atlasv1.${letters(67)}`],
  ['databricks-token', `dapi${hex(32)}`],
  ['doppler-token', `dp.pt.${letters(43)}`],
  ['pulumi-token', `pul-${hex(40)}`],
  ['tailscale-key', `tskey-auth-${letters(17)}-${letters(32)}`],
  ['github-token', withChecksum('ghp_')],
  ['github-token', withChecksum('gho_')],
  ['github-fine-grained-token', `github_pat_${letters(22)}_${letters(59)}`],
  ['gitlab-token', `glpat-${letters(20)}`],
  ['bitbucket-token', `ATBB${letters(32)}`],
  ['atlassian-token', `ATATT3${letters(186)}`],
  ['npm-token', withChecksum('npm_')],
  ['npm-auth', `//packages.example/:_authToken=${uuid()}`],
  ['pypi-token', `pypi-AgEIcHlwaS5vcmc${letters(120)}`],
  ['rubygems-token', `rubygems_${hex(48)}`],
  ['nuget-key', `oy2${draw('abcdefghijklmnopqrstuvwxyz0123456789', 43)}`],
  ['dockerhub-token', `dckr_pat_${letters(27)}`],
  ['circleci-token', `CCIPAT_${letters(22)}_${hex(40)}`],
  ['sonarqube-token', `squ_${hex(40)}`],
  ['snyk-token', `SNYK_TOKEN=${uuid()}`],
  ['datadog-key', `DD_API_KEY=${hex(32)}`],
  ['newrelic-key', `NRAK-${draw('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', 27)}`],
  ['sentry-token', `sntryu_${hex(64)}`],
  ['postman-key', `PMAK-${hex(24)}-${hex(34)}`],
  ['linear-key', `lin_api_${letters(40)}`],
  ['airtable-token', `pat${letters(14)}.${hex(64)}`],
  ['slack-token', `xoxb-${draw('0123456789', 12)}-${draw('0123456789', 12)}-${letters(24)}`],
  [
    'slack-webhook',
    `https://hooks.slack.com/services/T${draw('ABCDEFGH0123456789', 8)}/B${draw('ABCDEFGH0123456789', 8)}/${letters(24)}`,
  ],
  ['discord-webhook', `https://discord.com/api/webhooks/${draw('123456789', 18)}/${letters(68)}`],
  ['telegram-token', `bot=${draw('123456789', 10)}:AA${letters(33)}`],
  ['twilio-token', `TWILIO_AUTH_TOKEN=${hex(32)}`],
  ['sendgrid-key', `SG.${letters(22)}.${letters(43)}`],
  ['mailgun-key', `key-${hex(32)}`],
  ['mailchimp-key', `${hex(32)}-us12`],
  ['stripe-key', `sk_live_${letters(24)}`],
  ['square-token', `sq0atp-${letters(22)}`],
  ['shopify-token', `shpat_${hex(32)}`],
  ['openai-key', `sk-${letters(20)}T3BlbkFJ${letters(20)}`],
  ['anthropic-key', `sk-ant-api03-${letters(93)}AA`],
  ['huggingface-token', `hf_${letters(34)}`],
  ['groq-key', `gsk_${letters(52)}`],
  ['hubspot-token', `pat-na1-${uuid()}`],
  ['mapbox-token', `sk.eyJ1${letters(80)}.${letters(22)}`],
  ['cloudinary-url', `cloudinary://${draw('123456789', 15)}:${letters(27)}@demo-cloud`],
  ['jwt', `${jwtOf({ sub: 'a', exp: 2_000_000_000 })}.${letters(43)}`],
  ['url-password', `postgres://app:${letters(14)}@db.internal:5432/app`],
  ['docker-auth', `{"auths":{"r.internal":{"auth":"${Buffer.from(`ci:${letters(16)}`).toString('base64')}"}}}`],
  ['rails-secret', `SECRET_KEY_BASE=${hex(128)}`],
  ['laravel-key', `APP_KEY=base64:${draw(`${ALL}+/`, 43)}=`],
  ['wireguard-key', `PrivateKey = ${draw(`${ALL}+/`, 42)}A=`],
  ['named-secret', `DB_PASSWORD=${letters(9)}!7q`],
];

void test('one secret of each published form is seen in a line of settings, once, by its own rule', () => {
  for (const [id, text] of samples) {
    const found = seen(`# settings\nvalue ${text}\n`);
    assert.ok(
      found.some((each) => each.id === id),
      `${id}: ${text} → ${JSON.stringify(found)}`,
    );
    assert.equal(found.find((each) => each.id === id)?.line, 2);
  }
});

void test('no finding shows a secret', () => {
  for (const [, text] of samples)
    for (const each of seen(text)) {
      const shown = (each.detail ?? '').replace(/ \(.*/, '').replaceAll('*', '');
      assert.ok(shown.length <= 4, each.id);
    }
  assert.equal(masked('ab'), '******** (2 characters)');
});

void test('private keys of every kind: seen whole, encrypted ones less severe, cut examples not at all', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const pem = (key: typeof rsa, type: 'pkcs1' | 'pkcs8' | 'sec1', more: object = {}) =>
    String(key.export({ type, format: 'pem', ...more } as never));
  const keys = [pem(rsa, 'pkcs1'), pem(rsa, 'pkcs8'), pem(ec, 'sec1')];
  for (const key of keys) {
    assert.deepEqual(ids(key, 'root/.ssh/id'), ['private-key']);
    assert.deepEqual(ids(JSON.stringify({ private_key: key }), 'app/account.json'), ['private-key']);
    assert.deepEqual(ids(`data: ${Buffer.from(key).toString('base64')}\n`, 'k8s/secret.yaml'), ['encoded-private-key']);
    assert.equal(seen(key)[0]?.severity, 'critical');
    assert.deepEqual(ids(key, 'usr/local/lib/python3.12/test/certdata/key.pem'), []);
  }
  const locked = seen(pem(rsa, 'pkcs8', { cipher: 'aes-256-cbc', passphrase: 'x' }))[0];
  assert.equal(locked?.severity, 'medium');
  assert.deepEqual(ids(`${keys[0]!.slice(0, 200)}\n-----END RSA PRIVATE KEY-----`), []);
  assert.deepEqual(ids('-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----'), []);
  const open = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    Buffer.from([0, 0, 0, 4]),
    Buffer.from('none'),
    Buffer.alloc(120, 7),
  ]);
  const ssh = `-----BEGIN OPENSSH PRIVATE KEY-----\n${open.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
  assert.deepEqual(ids(ssh, 'home/a/.ssh/id_ed25519'), ['private-key']);
});

void test('checksums and structure: right ones are said to be, wrong ones weigh less, words are none', () => {
  const right = seen(withChecksum('ghp_'))[0];
  assert.match(right?.detail ?? '', /checksum is right/);
  const wrong = seen(`ghp_${letters(36)}`)[0];
  assert.equal(wrong?.severity, 'medium');
  assert.deepEqual(ids(`ghp_${'x'.repeat(36)}`), []);
  assert.deepEqual(ids(`${Buffer.from('{"alg":1}').toString('base64url')}.${letters(30)}.${letters(43)}`), []);
  const endless = seen(`${jwtOf({ sub: 'a' })}.${letters(43)}`)[0];
  assert.equal(endless?.severity, 'high');
  const age = 'AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ';
  assert.deepEqual(ids(age), []);
});

void test('what documentation and templates have in place of secrets is none', () => {
  for (const text of [
    'AKIAIOSFODNN7EXAMPLE',
    'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'password=${DB_PASSWORD}',
    'password: <your-password>',
    'API_KEY=changeme',
    'postgres://user:password@localhost/db',
    'https://user:pass@example.com/',
    'https://app:S3cr3tWord@my.example.com:8080/',
    'redis://app:S3cr3tWord9@cache.test/0',
    'Authorization: Bearer 2YotnFZFEjr1zCsicMWpAA',
    'token: {{ .Values.token }}',
    'secret_key_base: your-secret-key-base-goes-here',
    'password_file=/run/secrets/db',
    'PasswordAuthentication yes',
    'token_type: bearer',
    'passwd:         files systemd',
    'xoxb-xxxxxxxxxxxx-xxxxxxxxxxxx',
  ])
    assert.deepEqual(ids(text), [], text);
});

void test('where a file stands decides what is believed of it', () => {
  assert.equal(isBelieved('shaped', 'usr/local/go/src/crypto/tls/testdata/key.pem'), false);
  assert.equal(isBelieved('sure', 'app/node_modules/x/index.js'), true);
  assert.equal(isBelieved('sure', 'app/node_modules/x/test/index.js'), false);
  assert.equal(isBelieved('shaped', 'app/test/fixtures/key.pem'), true);
  assert.equal(isBelieved('named', 'app/test/settings.py'), false);
  assert.equal(isBelieved('named', 'app/settings.py'), true);
});

void test('files whose every line is a secret', () => {
  assert.deepEqual(ids('db:5432:app:app:Tr0ub4dor&3\n', 'root/.pgpass'), ['pgpass']);
  assert.deepEqual(ids('machine a login b password Tr0ub4dor3x\n', 'root/.netrc'), ['netrc']);
  assert.deepEqual(ids('root:$6$saltsalt$Zk3hXcv7Pq0y1Lr9:19000:0:::::\nbin:*:1::::::\n', 'etc/shadow'), [
    'password-hash',
  ]);
  assert.deepEqual(ids('adm:$apr1$Kd83hfTq$q7Zt1Lw0uYVn5RbXcE9mP1\n', 'etc/nginx/.htpasswd'), ['htpasswd']);
  assert.equal(new Set(secretFiles.map((each) => each.id)).size, secretFiles.length);
});

void test('in files that are no text only what leaves no doubt is seen', () => {
  const bytes = Buffer.concat([
    Buffer.alloc(20),
    Buffer.from(`x ${withChecksum('ghp_')} DB_PASSWORD=Tr0ub4dor&3x `),
    Buffer.alloc(9),
  ]);
  assert.deepEqual(
    seen(bytes, 'var/lib/app.db', true).map((each) => each.id),
    ['github-token'],
  );
});

void test('one secret in two places has one fingerprint', () => {
  const token = withChecksum('npm_');
  const found = seen(`a=${token}\nb=${token}\n`);
  assert.deepEqual(
    found.map((each) => each.fingerprint),
    Array.from({ length: 2 }, () => hash('sha256', token, 'hex')),
  );
});

void test('rules have ids of their own and keywords that make a table; there are more than a hundred kinds', () => {
  assert.equal(new Set(secretRules.map((rule) => rule.id)).size, secretRules.length);
  assert.ok(secretRules.length > 100);
  for (const rule of secretRules)
    assert.ok(
      rule.keywords.every((each) => each.length >= 2),
      rule.id,
    );
});

void test('hostile text: any bytes, long runs of what rules look for, in bounded time', () => {
  const pieces = [
    'password=',
    '"auth": "',
    '://',
    'eyJ',
    '-----BEGIN RSA PRIVATE KEY-----',
    'ghp_',
    'sk-',
    'xoxb-1',
    'A'.repeat(500),
    '='.repeat(300),
    '\n',
    '"',
    'sig=',
  ];
  const startedAt = performance.now();
  for (let round = 0; round < 60; round++) {
    const text = Array.from({ length: 3000 }, () => pieces[Math.floor(random() * pieces.length)]).join('');
    seen(text);
  }
  for (const piece of pieces) seen(piece.repeat(20_000));
  assert.ok(performance.now() - startedAt < 60_000);
});
