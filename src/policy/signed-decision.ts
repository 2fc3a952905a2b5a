import { type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { gates, type Gate } from './facts.ts';

/** Longest signed decision in characters. */
const MAX_LENGTH = 256 * 1024;
/** Longest that a decision may say it is good for, in seconds, whatever the server was told. */
const MAX_AGE_SECONDS = 24 * 3600;
/** How far the clocks of two machines may be apart, in seconds. */
const LEEWAY_SECONDS = 30;
const TYPE = 'assay-decision+jwt';

const claims = z.strictObject({
  iss: z.string().max(300),
  /** Seconds since 1970 UTC (RFC 7519 section 2, NumericDate). */
  iat: z.number().int(),
  exp: z.number().int(),
  gate: z.enum(gates),
  /** The image as it was asked for, and the platform if one was named. */
  image: z.string().max(1000),
  platform: z.string().max(100).optional(),
  powers: z.array(z.string().max(1000)).max(200),
  outcome: z.enum(['allow', 'deny']),
  line: z.string().max(1000),
  /** Warnings of policies that let through. */
  warnings: z.array(z.string().max(1000)).max(20),
  /** The image with its digest, when it is one of the server's. */
  pinned: z.string().max(1000).optional(),
  digest: z.string().max(200).optional(),
  /** Digests of the images behind it and of their configurations, which engines call image ids. */
  images: z.array(z.string().max(200)).max(1000),
});

/** What a server says of an image at a gate, as it signs it; names follow RFC 7519. */
export type DecisionClaims = z.output<typeof claims>;

export interface DecisionKey {
  /** Thumbprint of the public half (RFC 7638). */
  readonly id: string;
  readonly privateKey: KeyObject;
}

/** What a gate outside the server has to decide now. */
export interface DecisionQuestion {
  readonly gate: Gate;
  readonly image: string;
  readonly platform?: string | undefined;
  readonly powers: readonly string[];
}

export type DecisionDefect =
  | 'malformed'
  | 'key-unknown'
  | 'signature-invalid'
  | 'expired'
  | 'not-yet-valid'
  | 'too-long'
  | 'other-question';

export type VerifiedDecision =
  | { readonly kind: 'good'; readonly claims: DecisionClaims }
  | { readonly kind: 'bad'; readonly defect: DecisionDefect };

/** A decision as a compact JSON Web Signature with Ed25519 (RFC 7515, RFC 8037). */
export function signDecision(decision: DecisionClaims, key: DecisionKey): string {
  const header = { alg: 'EdDSA', kid: key.id, typ: TYPE };
  const signed = [header, decision].map((each) => Buffer.from(JSON.stringify(each)).toString('base64url')).join('.');
  return `${signed}.${sign(null, Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

/**
 * Whether a signed decision answers this question now: the key is one of the server's, the algorithm is ours whatever the
 * header says, it has not expired, and gate, image and powers are those that were judged.
 */
export function verifyDecision(
  text: string,
  keys: ReadonlyMap<string, KeyObject>,
  asked: DecisionQuestion,
  now: number,
): VerifiedDecision {
  const bad = (defect: DecisionDefect): VerifiedDecision => ({ kind: 'bad', defect });
  const parts = text.length > MAX_LENGTH ? [] : text.split('.');
  const [head, body, signature] = parts;
  if (parts.length !== 3 || !head || !body || !signature) return bad('malformed');
  const header = headerShape.safeParse(jsonOf(head));
  if (!header.success) return bad('malformed');
  const key = keys.get(header.data.kid);
  if (!key) return bad('key-unknown');
  if (!verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')))
    return bad('signature-invalid');
  const found = claims.safeParse(jsonOf(body));
  if (!found.success) return bad('malformed');
  const { iat, exp } = found.data;
  const seconds = now / 1000;
  if (exp - iat > MAX_AGE_SECONDS) return bad('too-long');
  if (seconds >= exp) return bad('expired');
  if (iat > seconds + LEEWAY_SECONDS) return bad('not-yet-valid');
  return answers(found.data, asked) ? { kind: 'good', claims: found.data } : bad('other-question');
}

const headerShape = z.strictObject({ alg: z.literal('EdDSA'), kid: z.string().max(100), typ: z.literal(TYPE) });

/** A decision for fewer powers says nothing of more; the same ones in any order are the same question. */
function answers(decision: DecisionClaims, { gate, image, platform, powers }: DecisionQuestion): boolean {
  return (
    decision.gate === gate &&
    decision.image === image &&
    decision.platform === platform &&
    [...decision.powers].sort().join('\0') === [...powers].sort().join('\0')
  );
}

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
