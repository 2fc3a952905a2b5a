import * as contract from '../../../contract/house.ts';
import { type AffectedSpan, trendOf } from '../../../contract/vulnerability-trend.ts';
import { renderAside } from '../../../contract/render-vex.ts';
import { queryOne } from '../../../contract/query-advisories.ts';
import { renderFeed, renderOrigin } from '../../../contract/render-report.ts';
import { feedLines } from '../../../content/advisories/feed-lines.ts';
import { AssayError } from '../../../lib/error.ts';
import type { z } from 'zod';
import { nameOf, type Viewer } from '../../../access/viewer.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import type { Account } from '../../../ports/access-records.ts';
import { importFeed } from '../../../work/content/advisories.ts';
import { wordsAside } from '../../../work/content/set-aside.ts';
import type { SignerState } from '../../../work/trust/signer-pulse.ts';
import type { CertificateState, House } from '../../house.ts';
import { type Handled, handle } from '../call.ts';
import { cutList, readCursor } from '../cursor.ts';

function toShape(account: Account) {
  return {
    name: account.name,
    kind: account.kind,
    source: account.source,
    administrator: account.administrator,
    disabled: account.disabled,
    secondFactor: account.secondFactor,
    ...(account.email !== undefined && { email: account.email }),
    createdAt: toRfc3339(account.createdAt),
  };
}

const PIECE = 64 * 1024;

/** Lines in pieces worth a write each; others get their turn between. */
async function* pieces(lines: Iterable<string>): AsyncGenerator<Uint8Array> {
  let held = '';
  for (const line of lines) {
    held += line;
    if (held.length < PIECE) continue;
    yield Buffer.from(held);
    held = '';
  }
  if (held !== '') yield Buffer.from(held);
}

const DAY_MS = 86_400_000;
const VULNERABILITY = /^(?:CVE|GHSA|GO|RUSTSEC|PYSEC|DSA|DLA|USN|RHSA|ALSA|ALAS|MAL|OSV)-/i;

/** Ids are upper case, but for the digits of a GHSA id. */
function vulnerabilityId(text: string): string {
  return /^GHSA-/i.test(text) ? `GHSA-${text.slice(5).toLowerCase()}` : text.toUpperCase();
}

async function vulnerableImages(house: House, viewer: Viewer, id: string, limit: number) {
  const images = await house.database.records.content.imagesWith(viewer, id, { limit });
  const aside = await wordsAside(house.database, images, id);
  return images.map(({ repositoryId: _, ...each }, at) => ({
    ...each,
    ...(aside[at] && { setAside: renderAside(aside[at]) }),
    tags: [...each.tags],
    pushedAt: toRfc3339(each.pushedAt),
    packages: each.packages.map(({ name, version, fixedVersion }) => ({
      name,
      version,
      ...(fixedVersion !== undefined && { fixedVersion }),
    })),
  }));
}

const TREND_DAYS = 30;
const MAX_EVENTS = 5000;

/**
 * When images had a vulnerability: those that have it since they were pushed, or since a judgement added it; those that a
 * judgement freed of it until then; those that were deleted with it until they went.
 */
async function spansOf(
  house: House,
  viewer: Viewer,
  id: string,
  images: readonly { repository: string; digest: string; pushedAt: string }[],
): Promise<AffectedSpan[]> {
  const since = house.clock.now() - TREND_DAYS * DAY_MS;
  const type = 'dev.assay.image.judged.v1';
  const events = await house.database.records.events.list(viewer, { limit: MAX_EVENTS, type, since });
  const added = new Map<string, number>();
  const gone: AffectedSpan[] = [];
  const now = new Set(images.map(({ repository, digest }) => `${repository}@${digest}`));
  for (const { subject, at, data } of events) {
    const judged = contract.judgedData.safeParse(data);
    for (const line of judged.success ? judged.data.findings.filter((each) => each.id === id) : [])
      if (line.change === 'added' && !added.has(subject)) added.set(subject, at);
      else if (line.change === 'removed' && !now.has(subject)) gone.push({ from: since, until: at });
  }
  const still = images.map(({ repository, digest, pushedAt }) => ({
    from: Math.max(Date.parse(pushedAt), added.get(`${repository}@${digest}`) ?? 0),
  }));
  const former = await house.database.records.content.imagesThatHad(viewer, id, { since, limit: MAX_EVENTS });
  const deleted = former.map(({ repository, digest, pushedAt, deletedAt }) => {
    const judgedAt = added.get(`${repository}@${digest}`) ?? 0;
    return { from: judgedAt < deletedAt ? Math.max(pushedAt, judgedAt) : pushedAt, until: deletedAt };
  });
  return [...still, ...gone, ...deleted];
}

export const houseHandlers: readonly Handled[] = [
  handle(contract.getAdvisories, async ({ house }) => {
    const set = house.advisories.current();
    const sources = await house.database.records.content.feedSources();
    return {
      digest: set.digest,
      feeds: set.feeds.map(renderFeed),
      sources: sources.map(({ url, feed, checkedAt, lastError }) => ({
        url,
        feed,
        checkedAt: toRfc3339(checkedAt),
        ...(lastError !== undefined && { lastError }),
      })),
      sets: house.advisories.origins().map(renderOrigin),
    };
  }),
  handle(contract.exportFeed, ({ house, params }) => {
    const status = house.advisories.current().feeds.find((each) => each.feed === params.feed);
    if (!status) throw new AssayError('not-found', `the feed ${params.feed} is not in force`);
    return Promise.resolve(pieces(feedLines(status, house.advisories.entries(status.feed))));
  }),
  handle(contract.queryAdvisories, ({ house, body }) => {
    const set = house.advisories.current();
    return Promise.resolve({ advisories: set.digest, answers: body.packages.map((each) => queryOne(set, each)) });
  }),
  handle(contract.importAdvisories, async ({ house, viewer, query, bytes }) => {
    const incoming = {
      fileName: query.name,
      body: bytes(),
      maxBytes: contract.importAdvisories.maxBodyBytes,
      ...(query.feed !== undefined && { reader: query.feed }),
    };
    const { status, refused, ...rest } = await importFeed(house, incoming, nameOf(viewer));
    const shown = refused.slice(0, 50).map(({ id, reason }) => ({ id: id.slice(0, 200), reason }));
    return { feed: renderFeed(status), ...rest, refused: shown };
  }),
  handle(contract.getVulnerability, async ({ house, viewer, params }) => {
    const id = vulnerabilityId(params.id);
    const images = await vulnerableImages(house, viewer, id, 500);
    const [first] = images;
    const found = first ? await house.database.records.content.findings(first.digest) : [];
    const record = found.find(({ finding }) => finding.id === id)?.finding;
    return {
      id,
      aliases: [...(record?.aliases ?? [])],
      ...(record?.summary !== undefined && { summary: record.summary }),
      references: [...(record?.references ?? [])],
      images,
      trend: trendOf(await spansOf(house, viewer, id, images), house.clock.now(), TREND_DAYS),
    };
  }),
  handle(contract.search, async ({ house, viewer, query }) => {
    const { registry, content } = house.database.records;
    const text = query.q.trim();
    const vulnerable = VULNERABILITY.test(text)
      ? await vulnerableImages(house, viewer, vulnerabilityId(text), query.limit)
      : [];
    const repositories = await registry.repositories(viewer, { search: text.toLowerCase(), limit: query.limit });
    return {
      repositories: repositories.map(({ name, description }) => ({ name, description })),
      vulnerable,
      holding: [...(await content.imagesHolding(viewer, text, { limit: query.limit }))],
    };
  }),
  handle(contract.listJudgementChanges, async ({ house, viewer, query }) => {
    const since = query.since === undefined ? house.clock.now() - DAY_MS : Date.parse(query.since);
    const found = await house.database.records.events.list(viewer, {
      after: readCursor(query.cursor),
      limit: query.limit + 1,
      type: 'dev.assay.image.judged.v1',
      since,
    });
    const page = cutList(found, query.limit, (event) => event.id);
    return {
      ...page,
      items: page.items.flatMap(({ id, at, subject, data }) => {
        const judged = contract.judgedData.safeParse(data);
        const cut = subject.lastIndexOf('@');
        if (!judged.success || judged.data.added + judged.data.removed + judged.data.changed === 0) return [];
        return [
          { id, at: toRfc3339(at), repository: subject.slice(0, cut), digest: subject.slice(cut + 1), ...judged.data },
        ];
      }),
    };
  }),
  handle(contract.listEvents, async ({ house, viewer, query }) => {
    const found = await house.database.records.events.list(viewer, {
      after: readCursor(query.cursor),
      limit: query.limit + 1,
    });
    const page = cutList(found, query.limit, (event) => event.id);
    return {
      ...page,
      items: page.items.map(({ id, type, actor, subject, data, at }) => ({
        id,
        type,
        actor,
        subject,
        data: { ...data },
        at: toRfc3339(at),
      })),
    };
  }),
  handle(contract.listAccounts, async ({ house, viewer }) => ({
    items: (await house.accounts.list(viewer)).map(toShape),
  })),
  handle(contract.createAccount, async ({ house, viewer, body }) => toShape(await house.accounts.create(viewer, body))),
  handle(contract.deleteAccount, ({ house, viewer, params }) => house.accounts.remove(viewer, params.name)),
  handle(contract.updateAccount, async ({ house, viewer, params, body }) =>
    toShape(await house.accounts.update(viewer, params.name, body)),
  ),
  handle(contract.setAccountPassword, ({ house, viewer, params, body }) =>
    house.accounts.setPassword(viewer, params.name, body),
  ),
  handle(contract.getStatus, async ({ house }) => {
    const jobs = await house.database.records.jobs.list(200);
    return {
      version: house.version,
      startedAt: toRfc3339(house.startedAt),
      database: house.databaseKind,
      jobs: jobs.map(({ kind, state, attempts, lastError }) => ({
        kind,
        state,
        attempts,
        ...(lastError !== undefined && { lastError }),
      })),
      confinement: [...(await house.analyser.confinement())],
      ...(house.acme && { acme: acmeShape(house.acme.state()) }),
      signer: signerShape(await house.trust.pulse.check()),
    };
  }),
];

function signerShape(signer: SignerState): z.output<typeof contract.getStatus.answer>['signer'] {
  return signer.state === 'works'
    ? { state: 'works', backend: signer.backend, keys: signer.keys }
    : { state: 'down', reason: signer.reason };
}

function acmeShape({ directory, names, notAfter, lastError, nextTryAt }: CertificateState) {
  return {
    directory,
    names: [...names],
    ...(notAfter !== undefined && { notAfter: toRfc3339(notAfter) }),
    ...(lastError !== undefined && { lastError }),
    ...(nextTryAt !== undefined && { nextTryAt: toRfc3339(nextTryAt) }),
  };
}
