import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Viewer } from '../../access/viewer.ts';
import { AssayError } from '../../lib/error.ts';
import { parseRepositoryName } from '../../oci/names.ts';
import type { EventRecord } from '../../ports/events-records.ts';
import { eventInWords } from '../../work/notify/event-words.ts';
import { requireRepository } from '../../work/registry/repositories.ts';
import { callerOf, identify, readBasic } from '../credentials.ts';
import type { House } from '../house.ts';
import { type AtomEntry, type AtomFeed, renderAtom } from './atom.ts';

const ENTRIES = 50;
const TOKEN = 'asy_fed_';
/** `/feeds/`, the token where a reader can send no header, and what the feed is of. */
const ROUTE =
  /^\/feeds\/(?:(asy_[A-Za-z0-9_-]{1,200})\/)?(mine|organisations\/[a-z0-9._-]{1,100}|repositories\/.{1,300})$/;

/** News of a repository, of an organisation, or of what one follows, as Atom (RFC 4287), to whoever may see them. */
export async function answerFeeds(
  house: House,
  base: string,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<Viewer> {
  const [, token, what] = ROUTE.exec(path) ?? [];
  if (what === undefined) throw new AssayError('not-found', 'no such feed');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    throw new AssayError('method-not-allowed');
  }
  const viewer = await readerBy(house, request, token);
  const body = Buffer.from(renderAtom(await feedOf(house, viewer, base, what)));
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const headers = { ETag: etag, 'Cache-Control': 'private, no-cache', 'X-Content-Type-Options': 'nosniff' };
  const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) {
    response.writeHead(304, headers);
    response.end();
    return viewer;
  }
  response.writeHead(200, {
    ...headers,
    'Content-Type': 'application/atom+xml; charset=utf-8',
    'Content-Length': body.length,
    'Content-Security-Policy': "default-src 'none'",
  });
  response.end(request.method === 'HEAD' ? undefined : body);
  return viewer;
}

/**
 * Who reads: by a token for feeds in the address or as the password, or by any other credentials in a header. Other
 * tokens are refused in addresses, which are written down in many places.
 */
async function readerBy(house: House, request: IncomingMessage, token: string | undefined): Promise<Viewer> {
  const basic = readBasic(request.headers.authorization);
  const secret = token ?? (basic?.password.startsWith(TOKEN) ? basic.password : undefined);
  if (secret === undefined) return (await identify(house, request)).viewer;
  const found = await house.signIn.byToken(secret, ['feed']);
  if (!found || (token === undefined && basic?.name !== found.account.name))
    throw new AssayError('credentials-invalid', 'the token is not one for feeds, or not valid any more');
  return callerOf(found, request, 'token').viewer;
}

async function feedOf(house: House, viewer: Viewer, base: string, what: string): Promise<AtomFeed> {
  const self = `${base}/feeds/${what}`;
  const { records } = house.database;
  if (what === 'mine') {
    if (viewer.kind !== 'account') throw new AssayError('unauthorized');
    if (viewer.limits) throw new AssayError('denied', 'this token is limited; what one is told is for a whole one');
    const notices = await records.notify.notices(viewer.accountId, ENTRIES);
    const entries = notices.map(
      ({ id, subject, text, createdAt }): AtomEntry => ({
        id,
        title: subject,
        at: createdAt,
        author: 'Assay',
        link: `${base}/notifications`,
        text,
      }),
    );
    return { self, site: `${base}/notifications`, title: `What ${viewer.name} is told`, entries };
  }
  const name = what.slice(what.indexOf('/') + 1);
  if (what.startsWith('organisations/')) {
    const events = await records.events.list(viewer, { limit: ENTRIES, organisation: name });
    // Whether there is such an organisation is told to nobody who sees nothing of it.
    if (events.length === 0 && viewer.kind === 'anonymous') throw new AssayError('unauthorized');
    return { self, site: `${base}/organisations/${name}`, title: `${name}: news`, entries: events.map(entryBy(base)) };
  }
  const repository = await requireRepository(records, viewer, parseRepositoryName(name), 'pull');
  const events = await records.events.list(viewer, { limit: ENTRIES, repositoryId: repository.id });
  const site = `${base}/r/${repository.name}`;
  return { self, site, title: `${repository.name}: news`, entries: events.map(entryBy(base)) };
}

function entryBy(base: string): (event: EventRecord) => AtomEntry {
  return ({ id, type, actor, subject, data, at }) => {
    const { title, facts, link } = eventInWords({ type, subject, data }, base);
    return { id, title, at, author: actor, link, text: facts.map(([fact, value]) => `${fact}: ${value}`).join('\n') };
  };
}
