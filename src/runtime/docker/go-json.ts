import { AssayError } from '../../lib/error.ts';
import { parseStrictJson } from '../../lib/strict-json.ts';

/** What an engine hands to a plug-in at most is 1 MiB; nesting that no call of its API has is refused. */
const LIMITS = { maxBytes: 4 * 1024 * 1024, maxDepth: 32, maxValues: 200_000 } as const;

/** Members of an object by their folded names. */
export type Members = ReadonlyMap<string, unknown>;

/** Reads a request body as an engine does: one document of JSON. Throws `json-invalid`. */
export function readBody(bytes: Uint8Array): unknown {
  return parseStrictJson(bytes, LIMITS);
}

/**
 * The members of an object as Go's encoding/json finds fields by them: without regard to case, the signs ſ and K included.
 * Two members that name one field are refused: the engine takes the last, and others the first. Throws `input-invalid`.
 */
export function membersOf(value: unknown, where: string): Members {
  if (value === undefined || value === null) return new Map();
  if (typeof value !== 'object' || Array.isArray(value)) throw new AssayError('input-invalid', `${where} is no object`);
  const members = new Map<string, unknown>();
  for (const [key, member] of Object.entries(value)) {
    const name = folded(key);
    if (members.has(name)) throw new AssayError('input-invalid', `${where} names ${JSON.stringify(name)} twice`);
    members.set(name, member);
  }
  return members;
}

export function listOf(value: unknown, where: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new AssayError('input-invalid', `${where} is no list`);
  return value;
}

export function textOf(value: unknown, where: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new AssayError('input-invalid', `${where} is no text`);
  return value;
}

export function textsOf(value: unknown, where: string): readonly string[] {
  return listOf(value, where).map((each) => textOf(each, where));
}

export function folded(key: string): string {
  return key.toUpperCase().toLowerCase();
}
