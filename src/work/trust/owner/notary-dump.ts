import { AssayError } from '../../../lib/error.ts';
import { type DumpLimits, dumpRows } from '../../../lib/sql-dump.ts';
import type { TrustServer } from '../../../ports/trust-server.ts';
import type { FetchMetadata } from '../../../ports/trusted-files.ts';
import { contentHash } from '../../../trust/tuf/content-hash.ts';

export const dumpLimits: DumpLimits = {
  maxBytes: 384 * 1024 * 1024,
  maxRows: 2_000_000,
  maxValue: 192 * 1024 * 1024,
};

interface StoredFile {
  readonly version: number;
  readonly raw: Uint8Array;
}

/**
 * A collection as the table `tuf_files` of a notary-server has it (MySQL, PostgreSQL or SQLite; as text), under the names
 * that clients ask for. It is verified like one that a server sends. Throws `trust-missing` when it is not in the dump.
 */
export function dumpedCollection(dump: Uint8Array, gun: string): Pick<TrustServer, 'gun' | 'host' | 'metadata'> {
  const byRole = new Map<string, StoredFile[]>();
  const others = new Set<string>();
  for (const { row } of dumpRows(dump, ['tuf_files'], dumpLimits)) {
    const [name, role, version, data] = ['gun', 'role', 'version', 'data'].map((column) => row.get(column) ?? null);
    if (typeof name !== 'string' || typeof role !== 'string' || typeof version !== 'string' || typeof data !== 'string')
      throw new AssayError(
        'input-invalid',
        'the dump cannot be read: tuf_files has not the columns of a notary-server',
      );
    if (name !== gun) others.add(name);
    // notary-server marks what it has removed.
    else if ((row.get('deleted_at') ?? null) === null)
      byRole.set(role, [...(byRole.get(role) ?? []), { version: Number(version), raw: dumpedBytes(data) }]);
  }
  if (byRole.size === 0)
    throw new AssayError(
      'trust-missing',
      `the dump has no trust data for ${gun}${others.size > 0 ? `; it has ${[...others].slice(0, 10).join(', ')}` : ''}`,
    );
  for (const files of byRole.values()) files.sort((a, b) => b.version - a.version);
  const fetch: FetchMetadata = async (name) => find(byRole, name);
  return { gun, host: 'the dump', metadata: { notary: fetch, 'tuf-1.0': async () => undefined } };
}

function find(byRole: ReadonlyMap<string, readonly StoredFile[]>, name: string): Uint8Array | undefined {
  const [, version, versioned] = /^(\d{1,15})\.(.+)\.json$/.exec(name) ?? [];
  if (versioned !== undefined) return byRole.get(versioned)?.find((file) => file.version === Number(version))?.raw;
  const [, hashed, sha256] = /^(.+)\.([0-9a-f]{64})\.json$/.exec(name) ?? [];
  if (hashed !== undefined) return byRole.get(hashed)?.find((file) => contentHash('sha256', file.raw) === sha256)?.raw;
  return byRole.get(name.replace(/\.json$/, ''))?.[0]?.raw;
}

/** PostgreSQL writes bytes as `\\x` and hex; the others as they are. */
export function dumpedBytes(text: string): Buffer {
  return /^\\x(?:[0-9a-f]{2})*$/.test(text) ? Buffer.from(text.slice(2), 'hex') : Buffer.from(text, 'latin1');
}
