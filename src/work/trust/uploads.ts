import { AssayError } from '../../lib/error.ts';
import type { TrustDialect } from '../../ports/trust-records.ts';
import type { Envelope } from '../../trust/tuf/envelope.ts';
import type { RoleName } from '../../trust/tuf/metadata.ts';
import { rejected } from '../../trust/tuf/publish/rejection.ts';
import { publishRules } from './dialects.ts';

/** The files of one update, by dialect and role. */
export type Upload = ReadonlyMap<TrustDialect, ReadonlyMap<RoleName, Uint8Array>>;

/**
 * The outer form of every part; what is not JSON of the right form is refused before anything is looked up. Throws
 * `trust-json-malformed`, `trust-update-invalid`.
 */
export function readParts(upload: Upload): Map<TrustDialect, ReadonlyMap<RoleName, Envelope>> {
  return new Map([...upload].map(([dialect, parts]) => [dialect, readDialect(dialect, parts)]));
}

function readDialect(dialect: TrustDialect, parts: ReadonlyMap<RoleName, Uint8Array>): Map<RoleName, Envelope> {
  const read = new Map<RoleName, Envelope>();
  for (const [role, raw] of parts) {
    // What Notary's server does: an uploaded timestamp is not looked at, since the server makes its own.
    if (role === 'timestamp') continue;
    if (dialect === 'tuf-1.0' && role === 'snapshot')
      throw rejected('ErrBadSnapshot', 'the server makes the snapshot of TUF 1.x metadata');
    read.set(role, readPart(dialect, raw));
  }
  return read;
}

function readPart(dialect: TrustDialect, raw: Uint8Array): Envelope {
  let envelope: Envelope;
  try {
    envelope = publishRules[dialect].readOuter(raw);
  } catch (cause) {
    throw new AssayError('trust-json-malformed', undefined, { cause });
  }
  const { version, expires, _type: type } = envelope.signed;
  if (typeof version !== 'number' || typeof expires !== 'string' || typeof type !== 'string')
    throw new AssayError('trust-json-malformed');
  return envelope;
}
