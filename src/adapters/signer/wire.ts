import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { type ErrorCode, errorTable } from '../../lib/error-table.ts';

/**
 * The signing service's protocol: one JSON object a line each way, bytes in base64. A request carries `id` and `verb`,
 * its answer the same `id` with `result` or `error`.
 */
const MAX_LINE = 16 * 1024 * 1024;

const bytes = z.base64().transform((text): Uint8Array => Buffer.from(text, 'base64'));
const role = z.enum(['timestamp', 'snapshot']);
const dialect = z.enum(['notary', 'tuf-1.0']);
const MAX_KEYS = 64;
const MAX_ORDERS = 16;
const keys = z
  .array(z.object({ id: z.string().max(256), fingerprint: z.string().max(64) }))
  .min(1)
  .max(MAX_KEYS);
const meta = z.strictObject({
  version: z.number(),
  length: z.number(),
  hashes: z.record(z.string().max(32), z.string().max(256)),
});

const orderSchema = z.object({
  gun: z.string(),
  dialect,
  over: z.union([z.strictObject({ keys, signed: bytes }), meta]),
  timestamp: z.object({ keys, version: z.number(), expires: z.number() }),
});

export const requestSchema = z.discriminatedUnion('verb', [
  z.object({ id: z.number(), verb: z.literal('create'), gun: z.string().min(1).max(512), role }),
  z.object({
    id: z.number(),
    verb: z.literal('adopt'),
    gun: z.string().min(1).max(512),
    role,
    pkcs8: bytes,
    lastVersion: z.number().int().min(0),
  }),
  z.object({ id: z.number(), verb: z.literal('list'), gun: z.string().optional() }),
  z.object({
    id: z.number(),
    verb: z.literal('sign'),
    gun: z.string(),
    dialect,
    role,
    fingerprint: z.string(),
    signed: bytes,
  }),
  z.object({ id: z.number(), verb: z.literal('sign-chain'), orders: z.array(orderSchema).max(MAX_ORDERS) }),
  z.object({ id: z.number(), verb: z.literal('retire'), fingerprint: z.string() }),
  z.object({ id: z.number(), verb: z.literal('health') }),
]);

export const answerSchema = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.object({ code: z.string(), message: z.string(), detail: z.unknown().optional() }).optional(),
});

export const keySchema = z.object({
  gun: z.string(),
  role,
  fingerprint: z.string(),
  spki: bytes,
  createdAt: z.number(),
  retiredAt: z.number().optional(),
});

export const signatureSchema = z.object({ signature: bytes });
export const chainsSchema = z.array(z.object({ snapshot: z.array(bytes), timestamp: z.array(bytes) }));
export const healthSchema = z.object({ keys: z.number(), backend: z.string(), version: z.string() });

/** Writes one message. */
export function send(stream: Duplex, message: unknown): void {
  stream.write(`${JSON.stringify(message, (_key, value: unknown) => encode(value))}\n`);
}

function encode(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  // A Buffer has turned itself into {type, data} before a replacer sees it.
  if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value)
    return Buffer.from(value.data as number[]).toString('base64');
  return value;
}

/** The messages of a stream, one by one; a line over the limit or that is not JSON ends it. */
export async function* messages(stream: Duplex): AsyncGenerator<unknown, void, undefined> {
  let rest: Buffer[] = [];
  let held = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      const line = Buffer.concat([...rest, chunk.subarray(from, end)]);
      rest = [];
      held = 0;
      from = end + 1;
      yield parseLine(line);
    }
    rest.push(chunk.subarray(from));
    held += chunk.length - from;
    if (held > MAX_LINE) throw new AssayError('signer-refused', 'a message of the signing service is too long');
  }
}

function parseLine(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw new AssayError('signer-refused', 'a message of the signing service is not JSON', { cause });
  }
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorTable, text);
}
