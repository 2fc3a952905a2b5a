import { collectBytes } from '../../../oci/verified.ts';
import { type Increment, type IncrementRequest, linesOfBody, MAX_RECORDS, readAll } from './increment.ts';
import { oneLine } from './osv-increment.ts';

const OVERLAP_MS = 86_400_000;
const MAX_DOCUMENT = 128 * 1024 ** 2;
const ROW = /^"?(\d{4}\/(cve-\d{4}-\d{4,})\.json)"?,"?([^",]+)"?$/;

/**
 * What Red Hat's `changes.csv` and `deletions.csv` say of its VEX files since the newest that is held; both name a file
 * and a moment in each row. None when there is more than is worth fetching so, or when
 * a file that should be there is not.
 */
export async function redHatIncrement(request: IncrementRequest): Promise<Increment | undefined> {
  const base = request.url.slice(0, request.url.lastIndexOf('/'));
  const since = Date.parse(request.newestAt) - OVERLAP_MS;
  const changed = await rowsSince(request, `${base}/changes.csv`, since);
  const deleted = await rowsSince(request, `${base}/deletions.csv`, since);
  if (!changed || !deleted || changed.size > MAX_RECORDS) return undefined;
  // A file that was taken away and published again stands in both lists.
  const gone = new Set<string>();
  for (const [path, { cve, at }] of deleted) if ((changed.get(path)?.at ?? 0) <= at) gone.add(cve);
  const present = [...changed].filter(([, { cve }]) => !gone.has(cve));
  const lines = await readAll(present, async ([path]) => {
    const body = await request.get(`${base}/${path}`);
    return body && oneLine(await collectBytes(body, MAX_DOCUMENT, path));
  });
  if (lines.length < present.length) return undefined;
  return { fileName: 'changed.ndjson', lines, deleted: [...gone] };
}

/** Files with their CVEs, and when it was that they changed; the latest of a file that stands there twice. */
async function rowsSince(
  request: IncrementRequest,
  url: string,
  since: number,
): Promise<Map<string, { cve: string; at: number }> | undefined> {
  const list = await request.get(url);
  if (!list) return undefined;
  const rows = new Map<string, { cve: string; at: number }>();
  for await (const line of linesOfBody(list)) {
    const found = ROW.exec(line.trim());
    const at = found ? Date.parse(found[3]!) : Number.NaN;
    if (found && at >= since && at > (rows.get(found[1]!)?.at ?? 0))
      rows.set(found[1]!, { cve: found[2]!.toUpperCase(), at });
  }
  return rows;
}
