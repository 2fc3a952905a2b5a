import { AssayError } from '../../../lib/error.ts';
import { collectBytes } from '../../../oci/verified.ts';
import { type Increment, type IncrementRequest, linesOfBody, MAX_RECORDS, readAll } from './increment.ts';

/** The exporter may write a record some time after the moment that it says it was changed. */
const OVERLAP_MS = 3_600_000;
const MAX_RECORD = 64 * 1024 ** 2;
const ID = /^[A-Za-z0-9][A-Za-z0-9:._-]{0,100}$/;

/**
 * What OSV's export says was changed (`modified_id.csv` beside an ecosystem's archive, newest first): each record is
 * fetched by itself. None when there is more than is worth fetching so, or when one of them is not there: what that
 * means, all of the feed tells.
 */
export async function osvIncrement(request: IncrementRequest): Promise<Increment | undefined> {
  const base = request.url.slice(0, request.url.lastIndexOf('/'));
  const since = new Date(Date.parse(request.newestAt) - OVERLAP_MS).toISOString();
  const ids: string[] = [];
  const list = await request.get(`${base}/modified_id.csv`);
  if (!list) return undefined;
  for await (const line of linesOfBody(list)) {
    const [at = '', path = ''] = line.trim().split(',', 2);
    if (!/^\d{4}-/.test(at)) continue;
    if (at < since) break;
    const id = path.split('/').at(-1)!;
    if (ID.test(id)) ids.push(id);
    if (ids.length > MAX_RECORDS) return undefined;
  }
  const wanted = [...new Set(ids)];
  const lines = await readAll(wanted, async (id) => {
    const body = await request.get(`${base}/${encodeURIComponent(id)}.json`);
    return body && oneLine(await collectBytes(body, MAX_RECORD, id));
  });
  return lines.length === wanted.length ? { fileName: 'changed.ndjson', lines, deleted: [] } : undefined;
}

/** A document as a line of its own. Throws `advisory-feed-invalid`. */
export function oneLine(bytes: Uint8Array): string {
  return JSON.stringify(jsonOf(bytes));
}

/** The value that a publisher's answer holds. Throws `advisory-feed-invalid`. */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new AssayError('advisory-feed-invalid', 'a record that was renewed is not JSON', { cause });
  }
}
