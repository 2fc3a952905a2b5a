import { AssayError } from '../../lib/error.ts';

/** Cursors are opaque: the key of the last item, encoded. */
export function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (text === '' || text.includes('\0')) throw new AssayError('input-invalid', 'the cursor is not one of ours');
  return text;
}

/** Cuts a list that was read with one item too many. */
export function cutList<T>(
  items: readonly T[],
  limit: number,
  keyOf: (item: T) => string,
): { items: T[]; next?: string } {
  const page = items.slice(0, limit);
  const last = page.at(-1);
  return items.length > limit && last !== undefined
    ? { items: page, next: Buffer.from(keyOf(last)).toString('base64url') }
    : { items: page };
}
