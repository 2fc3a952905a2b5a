import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { openAdvisorySets } from '../src/adapters/advisories/sqlite-sets.ts';
import { openSqlite } from '../src/adapters/sqlite/database.ts';
import { httpClient } from '../src/cli/client/http.ts';
import { debianTracker } from '../src/content/advisories/debian.ts';
import { isAssayError } from '../src/lib/error.ts';
import { mirrored, openFeed } from '../src/work/content/fetch-feed.ts';
import { FeedUpdates, isOfUse, UPDATE_FEEDS } from '../src/work/content/update-feeds.ts';

const HOUR = 3_600_000;
const tracker = (fixed: string) =>
  JSON.stringify({
    openssl: { 'CVE-2026-0001': { releases: { bookworm: { status: 'resolved', fixed_version: fixed } } } },
  });

async function publisher(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/json`;
  return {
    url,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

void test('feeds are asked for once, then only for what is newer; a publisher that fails leaves them in force', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-updates-'));
  let etag = '"1"';
  let broken = false;
  const asked: (string | undefined)[] = [];
  await using source = await publisher((request, response) => {
    asked.push(request.headers['if-none-match']);
    if (broken) response.writeHead(503).end();
    else if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else response.writeHead(200, { etag }).end(tracker(`3.0.${etag.slice(1, 2)}-1`));
  });
  const database = await openSqlite(join(folder, 'assay.sqlite'), 0, { afterUploadMs: 0, afterDeleteMs: 0 });
  const advisories = openAdvisorySets(join(folder, 'advisories'));
  let now = 1_000_000;
  const updates = new FeedUpdates({
    database,
    advisories,
    clock: { now: () => now },
    http: httpClient(() => Promise.resolve([])),
    feeds: ['debian'],
    everyHours: 6,
    readers: [{ ...debianTracker, sources: [{ url: source.url }] }],
  });
  const signal = new AbortController().signal;
  const state = async () => (await database.records.content.feedSources())[0];
  const fixed = () => advisories.current().lookUp('Debian:12', 'openssl')[0]?.ranges?.[0]?.fixed;
  try {
    assert.equal(await updates.nextAt(), now);
    await updates.run({}, signal);
    assert.equal(fixed(), '3.0.1-1');
    assert.deepEqual([(await state())?.etag, (await state())?.lastError], ['"1"', undefined]);
    const job = await database.records.jobs.pending(UPDATE_FEEDS, '');
    assert.equal(job?.runAt, now + 6 * HOUR);
    assert.equal(await updates.nextAt(), now + 6 * HOUR);

    now += 6 * HOUR;
    await updates.update(['debian'], signal);
    assert.deepEqual(asked, [undefined, '"1"']);
    assert.equal((await state())?.checkedAt, now);
    assert.equal(advisories.current().feeds[0]?.checkedAt, now);
    assert.equal(advisories.current().feeds[0]?.source, source.url);

    etag = '"2"';
    await updates.update(['debian'], signal);
    assert.equal(fixed(), '3.0.2-1');

    broken = true;
    now += HOUR;
    await updates.update(['debian'], signal);
    assert.equal(fixed(), '3.0.2-1');
    assert.match((await state())?.lastError ?? '', /answered 503/);
    assert.equal((await state())?.etag, '"2"');

    await updates.update(['not-configured'], signal);
    assert.equal(asked.length, 4);
  } finally {
    advisories.close();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

void test('a feed that is too large, redirects for ever or sends something else is refused; nothing is left behind', async () => {
  const http = httpClient(() => Promise.resolve([]));
  const folder = mkdtempSync(join(tmpdir(), 'assay-large-'));
  const sets = openAdvisorySets(folder);
  try {
    await using large = await publisher((_, response) => response.end(Buffer.alloc(100_000)));
    const arriving = (await openFeed(http, large.url))!;
    const incoming = { fileName: 'x.json', body: arriving.body, maxBytes: 1000, at: 1 };
    await assert.rejects(sets.take(incoming), (error) => isAssayError(error, 'content-budget-exceeded'));
    const strange = { fileName: 'x.json', body: Readable.from([Buffer.from('{"x":1}')]), maxBytes: 1000, at: 1 };
    await assert.rejects(sets.take(strange), (error) => isAssayError(error, 'advisory-feed-invalid'));
    assert.deepEqual(readdirSync(folder), []);
    await using loop = await publisher((_, response) => response.writeHead(302, { location: '/again' }).end());
    await assert.rejects(openFeed(http, loop.url), (error) => isAssayError(error, 'remote-refused'));
  } finally {
    sets.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

void test('a mirror is asked by host and path; feeds of ecosystems that nobody holds are not asked for', () => {
  assert.equal(
    mirrored('https://secdb.alpinelinux.org/v3.20/main.json', 'https://mirror.example.com/feeds/'),
    'https://mirror.example.com/feeds/secdb.alpinelinux.org/v3.20/main.json',
  );
  const address = { url: 'https://x', ecosystems: ['Alpine:v3.2', 'npm'] };
  assert.equal(isOfUse(address, ['Alpine:v3.20', 'Debian:12']), false);
  assert.equal(isOfUse(address, ['npm']), true);
  assert.equal(isOfUse({ url: 'https://x', ecosystems: ['Debian'] }, ['Debian:12']), true);
  assert.equal(isOfUse({ url: 'https://x' }, []), true);
});
