import { AssayError } from '../../lib/error.ts';
import type { FeedValidators } from '../../ports/advisory-sets.ts';
import type { HttpAnswer, HttpClient } from '../../ports/http-client.ts';

/** A feed that its publisher is sending. */
export interface ArrivingFeed {
  readonly name: string;
  readonly body: AsyncIterable<Uint8Array>;
  readonly validators: FeedValidators;
}

export const MAX_FEED_BYTES = 2 * 1024 ** 3;
const MAX_REDIRECTS = 5;
/** How publishers say that a file is not there; some stores forbid what does not exist. */
const ABSENT = [403, 404, 410];
const TIMEOUT_MS = 10 * 60_000;

/** The address of a feed at a mirror: below the mirror's own, by the publisher's host and path. */
export function mirrored(url: string, mirror: string | undefined): string {
  if (mirror === undefined || mirror === '') return url;
  const { host, pathname } = new URL(url);
  return `${mirror.replace(/\/+$/, '')}/${host}${pathname}`;
}

/**
 * Asks a publisher for a feed; undefined when the held copy is the newest, with `orNone` also when there is no such file.
 * Redirects stay on https.
 */
export async function openFeed(
  http: HttpClient,
  source: string,
  options: { held?: FeedValidators; signal?: AbortSignal; orNone?: boolean } = {},
): Promise<ArrivingFeed | undefined> {
  const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(options.signal ? [options.signal] : [])]);
  const headers = {
    ...(options.held?.etag && { 'if-none-match': options.held.etag }),
    ...(!options.held?.etag && options.held?.lastModified && { 'if-modified-since': options.held.lastModified }),
  };
  let url = new URL(source);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const answer = await http({ method: 'GET', url, headers, signal });
    const next = redirect(answer, url, source);
    if (next) {
      url = next;
      continue;
    }
    if (answer.status === 304 || (options.orNone && ABSENT.includes(answer.status))) {
      answer.discard();
      return undefined;
    }
    if (answer.status !== 200) {
      answer.discard();
      throw new AssayError('remote-refused', `${url.host} answered ${answer.status} for ${url.pathname}`);
    }
    const { etag, 'last-modified': lastModified } = answer.headers;
    return {
      name: url.pathname.split('/').at(-1) || url.host,
      body: answer.body,
      validators: {
        ...(etag && { etag: etag.slice(0, 500) }),
        ...(lastModified && { lastModified: lastModified.slice(0, 100) }),
      },
    };
  }
  throw new AssayError('remote-refused', `${source} redirects more than ${MAX_REDIRECTS} times`);
}

function redirect(answer: HttpAnswer, url: URL, source: string): URL | undefined {
  const { location } = answer.headers;
  if (answer.status < 300 || answer.status >= 400 || answer.status === 304 || location === undefined) return undefined;
  answer.discard();
  const next = new URL(location, url);
  if (next.protocol !== 'https:' && new URL(source).protocol === 'https:')
    throw new AssayError('remote-refused', `${source} redirects to ${next.origin}, which is not https`);
  return next;
}
