import { parseAllDocuments } from 'yaml';
import { AssayError } from '../../lib/error.ts';

/** Largest file that is taken over, in bytes, and most documents in it. */
export const FOREIGN_LIMITS = { bytes: 1024 * 1024, documents: 200 } as const;

/** The documents of a file of another tool, YAML or JSON. Throws `policy-invalid`. */
export function foreignDocuments(text: string): unknown[] {
  if (Buffer.byteLength(text) > FOREIGN_LIMITS.bytes)
    throw new AssayError('policy-invalid', `a file to import has at most ${FOREIGN_LIMITS.bytes} bytes`);
  const documents = parseAllDocuments(text, { strict: true, uniqueKeys: true, logLevel: 'error' });
  const some = Array.isArray(documents) ? documents : [];
  if (some.length > FOREIGN_LIMITS.documents)
    throw new AssayError('policy-invalid', `a file to import has at most ${FOREIGN_LIMITS.documents} documents`);
  return some.flatMap((each) => {
    const [error] = each.errors;
    if (error) throw new AssayError('policy-invalid', error.message.split('\n', 1)[0] ?? 'unreadable');
    try {
      const value: unknown = each.toJS({ maxAliasCount: 100 });
      return value === null || value === undefined ? [] : [value];
    } catch (cause) {
      throw new AssayError('policy-invalid', 'the file cannot be read: it grows too large by its aliases', { cause });
    }
  });
}
