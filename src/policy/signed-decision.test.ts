import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { type DecisionClaims, type DecisionQuestion, signDecision, verifyDecision } from './signed-decision.ts';

const NOW = 1_800_000_000_000;
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');
const key = { id: 'k1', privateKey };
const keys = new Map([['k1', publicKey]]);
const claims: DecisionClaims = {
  iss: 'registry.example.com',
  iat: NOW / 1000,
  exp: NOW / 1000 + 900,
  gate: 'run',
  image: 'registry.example.com/shop/app:1',
  powers: [],
  outcome: 'allow',
  line: 'allowed',
  warnings: [],
  images: [],
};
const asked: DecisionQuestion = { gate: 'run', image: claims.image, powers: [] };

function defect(text: string, question: DecisionQuestion = asked, now = NOW): string {
  const found = verifyDecision(text, keys, question, now);
  return found.kind === 'good' ? 'good' : found.defect;
}

test('a signed decision answers its own question until it expires', () => {
  const text = signDecision(claims, key);
  assert.equal(defect(text), 'good');
  assert.equal(defect(text, asked, NOW + 899_000), 'good');
  assert.equal(defect(text, asked, NOW + 900_000), 'expired');
  assert.equal(defect(text, asked, NOW - 60_000), 'not-yet-valid');
});

test('another gate, image, platform or power is another question', () => {
  const text = signDecision(claims, key);
  for (const question of [
    { ...asked, gate: 'deploy' as const },
    { ...asked, image: 'registry.example.com/shop/app:2' },
    { ...asked, platform: 'linux/arm64' },
    { ...asked, powers: ['privileged'] },
  ])
    assert.equal(defect(text, question), 'other-question');
  const more = signDecision({ ...claims, powers: ['b', 'a'] }, key);
  assert.equal(defect(more, { ...asked, powers: ['a', 'b'] }), 'good');
  assert.equal(defect(more), 'other-question');
});

test('changed letters, foreign keys, other algorithms and long lives are refused', () => {
  const text = signDecision(claims, key);
  const [head, body, signature] = text.split('.') as [string, string, string];
  const changed = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 1 })).toString('base64url');
  assert.equal(defect(`${head}.${changed}.${signature}`), 'signature-invalid');
  assert.equal(defect(signDecision(claims, { id: 'k1', privateKey: other.privateKey })), 'signature-invalid');
  assert.equal(defect(signDecision(claims, { id: 'k2', privateKey })), 'key-unknown');
  for (const alg of ['none', 'HS256', 'ES256']) {
    const forged = Buffer.from(JSON.stringify({ alg, kid: 'k1', typ: 'assay-decision+jwt' })).toString('base64url');
    assert.equal(defect(`${forged}.${body}.${signature}`), 'malformed');
  }
  assert.equal(defect(`${head}.${body}.`), 'malformed');
  assert.equal(defect(''), 'malformed');
  assert.equal(defect(signDecision({ ...claims, exp: claims.iat + 90_000 }, key)), 'too-long');
});
