import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { yearOfCve } from '../../../content/advisories/cve-catalogues.ts';
import { collectBytes } from '../../../oci/verified.ts';
import type { Increment, IncrementRequest } from './increment.ts';
import { jsonOf } from './osv-increment.ts';

const API = 'https://services.nvd.nist.gov/rest/json/cves/2.0';
const OVERLAP_MS = 3_600_000;
/** The API takes windows of at most 120 days. */
const MAX_WINDOW_MS = 120 * 86_400_000;
const PAGE = 2000;
const MAX_PAGES = 8;
const MAX_PAGE = 256 * 1024 ** 2;
/** Five requests in thirty seconds are free. */
const PAUSE_MS = 6500;
const pageSchema = z.object({
  totalResults: z.number().int().nonnegative(),
  vulnerabilities: z.array(z.object({ cve: z.looseObject({ id: z.string() }) })),
});

/** Changes of one window, asked for once for all years. */
export type NvdWindows = Map<string, Promise<readonly { year: string; line: string }[] | undefined>>;

/**
 * What the NVD's API says was changed in a window (`lastModStartDate`, `lastModEndDate`); of it what belongs to the year
 * of this file. None when the window is too long or holds more than some pages.
 */
export async function nvdIncrement(
  request: IncrementRequest,
  windows: NvdWindows,
  pauseMs = PAUSE_MS,
): Promise<Increment | undefined> {
  const year = /-(\d{4})\.json/.exec(request.url)?.[1];
  const from = Date.parse(request.newestAt) - OVERLAP_MS;
  if (year === undefined || request.now - from > MAX_WINDOW_MS) return undefined;
  // Years are asked for one after the other: the widest window that was asked for serves those inside it.
  const known = [...windows].find(([start]) => Number(start) <= from)?.[1];
  const pending = known ?? pagesOf(request, from, pauseMs);
  if (!known) windows.set(String(from), pending);
  const rows = await pending;
  if (!rows) return undefined;
  const lines = rows.flatMap((each) => (each.year === `CVE:${year}` ? [each.line] : []));
  return { fileName: 'changed.ndjson', lines, deleted: [] };
}

async function pagesOf(
  request: IncrementRequest,
  from: number,
  pauseMs: number,
): Promise<readonly { year: string; line: string }[] | undefined> {
  const rows: { year: string; line: string }[] = [];
  const window = `lastModStartDate=${stamp(from)}&lastModEndDate=${stamp(request.now)}&resultsPerPage=${PAGE}`;
  for (let page = 0; ; page++) {
    const body = await request.get(`${API}?${window}&startIndex=${page * PAGE}`);
    if (!body) return undefined;
    const bytes = await collectBytes(body, MAX_PAGE, 'a page of the NVD');
    const found = pageSchema.safeParse(jsonOf(bytes));
    if (!found.success) return undefined;
    const { totalResults, vulnerabilities } = found.data;
    if (totalResults > PAGE * MAX_PAGES) return undefined;
    for (const { cve } of vulnerabilities)
      rows.push({ year: yearOfCve(cve.id) ?? '', line: JSON.stringify({ vulnerabilities: [{ cve }] }) });
    if ((page + 1) * PAGE >= totalResults) return rows;
    await pause(pauseMs);
  }
}

/** As the API wants its moments: ISO 8601 without a zone, which is UTC. */
function stamp(at: number): string {
  return new Date(at).toISOString().slice(0, 23);
}
