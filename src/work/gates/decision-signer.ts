import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { AssayError } from '../../lib/error.ts';
import { type DecisionClaims, type DecisionQuestion, signDecision } from '../../policy/signed-decision.ts';
import type { Database } from '../../ports/database.ts';
import type { ImageAnswer } from './image-judge.ts';

const SECRET = 'decision-key';
/** Refusals are remembered shortly, so that what was mended passes soon. */
const DENIED_SECONDS = 60;
const MAX_LINE = 900;

/** The public half of a key that signs decisions (RFC 7517, RFC 8037 section 2). */
export interface DecisionJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'EdDSA';
}

/** Signs what the server says of images, so that gates may answer for a while when they cannot reach it. */
export class DecisionSigner {
  readonly jwk: DecisionJwk;
  readonly #key: KeyObject;
  readonly #issuer: string;
  readonly #seconds: number;

  constructor(key: KeyObject, issuer: string, minutes: number) {
    this.#key = key;
    this.#issuer = issuer;
    this.#seconds = Math.round(minutes * 60);
    this.jwk = jwkOf(createPublicKey(key));
  }

  /** Good until the rules of the image could change by time alone, and no longer than the server was told. */
  sign(question: DecisionQuestion, answer: ImageAnswer, now: number): string {
    const iat = Math.floor(now / 1000);
    const longest = iat + (answer.outcome === 'allow' ? this.#seconds : Math.min(this.#seconds, DENIED_SECONDS));
    const exp = Math.min(longest, Math.floor((answer.validUntil ?? Number.POSITIVE_INFINITY) / 1000));
    const claims: DecisionClaims = {
      iss: this.#issuer,
      iat,
      exp,
      gate: question.gate,
      image: question.image,
      ...(question.platform !== undefined && { platform: question.platform }),
      powers: [...question.powers],
      outcome: answer.outcome,
      line: answer.line.slice(0, MAX_LINE),
      warnings: [...answer.warnings],
      ...(answer.pinned !== undefined && { pinned: answer.pinned }),
      ...(answer.digest !== undefined && { digest: answer.digest }),
      images: answer.images.slice(0, 1000),
    };
    return signDecision(claims, { id: this.jwk.kid, privateKey: this.#key });
  }
}

function jwkOf(key: KeyObject): DecisionJwk {
  const { x } = key.export({ format: 'jwk' });
  if (x === undefined) throw new AssayError('key-invalid', 'decisions are signed with Ed25519');
  // RFC 7638 section 3: the required members in lexical order.
  const kid = createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' };
}

/** A signature of the server over bytes, for what it says itself; `keyid` is the `kid` under which its key is published. */
export async function serverSignature(database: Database, bytes: Uint8Array): Promise<{ keyid: string; sig: string }> {
  const key = await decisionKey(database);
  return { keyid: jwkOf(createPublicKey(key)).kid, sig: sign(null, bytes, key).toString('base64') };
}

/** The server's key for decisions, made once and kept with its other secrets. */
export async function decisionKey(database: Database): Promise<KeyObject> {
  const known = await database.records.access.secret(SECRET);
  const der = known ?? generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });
  if (!known) await database.change(({ access }) => access.setSecret(SECRET, der));
  return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
}
