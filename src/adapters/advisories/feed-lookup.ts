import { hash } from 'node:crypto';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import {
  type Advisory,
  EXPLOITED,
  LIKELIHOOD,
  type Rating,
  RATINGS,
  type SourcedAdvisory,
} from '../../content/advisories/advisory.ts';
import { decidingVector } from '../../content/advisories/cvss.ts';
import type { AdvisorySet, FeedStatus } from '../../ports/advisory-sets.ts';
import { fileOf } from './feed-file.ts';

/** A feed in force with its open file. */
export interface OpenFeed {
  readonly status: FeedStatus;
  readonly database: DatabaseSync;
  readonly byPackage: StatementSync;
}

export function openFeed(folder: string, status: FeedStatus): OpenFeed {
  const database = new DatabaseSync(fileOf(folder, status), { readOnly: true });
  return {
    status,
    database,
    byPackage: database.prepare('select body from entries where ecosystem = ? and package = ?'),
  };
}

/** Everything that the feeds in force say, as one set. */
export function makeSet(feeds: readonly OpenFeed[]): AdvisorySet {
  const byEcosystem = new Map<string, OpenFeed[]>();
  for (const feed of feeds)
    for (const ecosystem of feed.status.ecosystems)
      byEcosystem.set(ecosystem, [...(byEcosystem.get(ecosystem) ?? []), feed]);
  const rows = (ecosystem: string, name: string): { feed: string; advisories: Advisory[] }[] =>
    (byEcosystem.get(ecosystem) ?? []).flatMap((feed) => {
      const row = feed.byPackage.get(ecosystem, name) as { body: string } | undefined;
      return row ? [{ feed: feed.status.feed, advisories: JSON.parse(row.body) as Advisory[] }] : [];
    });
  const catalogues = byEcosystem.get(EXPLOITED) ?? [];
  const isExploited = (ids: readonly string[]) =>
    catalogues.some((feed) => ids.some((id) => feed.byPackage.get(EXPLOITED, id) !== undefined));
  const rated = byEcosystem.has(RATINGS);
  return {
    digest: `sha256:${hash('sha256', feeds.map((feed) => `${feed.status.feed}\0${feed.status.digest}\n`).join(''), 'hex')}`,
    feeds: feeds.map((feed) => feed.status),
    covers: (ecosystem) => byEcosystem.has(ecosystem),
    lookUp: (ecosystem, name) =>
      rows(ecosystem, name).flatMap(({ feed, advisories }) =>
        advisories.map((advisory): SourcedAdvisory => {
          const ids = [advisory.id, ...(advisory.aliases ?? [])];
          return {
            ...advisory,
            feed,
            ...(isExploited(ids) && { exploited: true }),
            ...(rated && ratingsOf(ids, rows)),
          };
        }),
      ),
    likelihoodOf(ids) {
      if (!byEcosystem.has(LIKELIHOOD)) return undefined;
      for (const id of ids) {
        const [row] = rows(LIKELIHOOD, id);
        if (row) return row.advisories[0]?.likelihood;
      }
      return undefined;
    },
  };
}

/** What catalogues say of the CVE that an advisory is about: the first of its ids that is one. */
function ratingsOf(
  ids: readonly string[],
  rows: (ecosystem: string, name: string) => { advisories: Advisory[] }[],
): Pick<SourcedAdvisory, 'ratings' | 'rejected' | 'cvePublishedAt'> {
  const cve = ids.find((id) => id.startsWith('CVE-'));
  const found = cve === undefined ? [] : rows(RATINGS, cve).flatMap((row) => row.advisories);
  const ratings = found.flatMap(({ severity, severitySource, cvss }): Rating[] => {
    if (!severity || severitySource === undefined) return [];
    const vector = decidingVector(cvss ?? []);
    return [{ source: severitySource, severity, ...(vector && { vector: vector.vector, score: vector.score }) }];
  });
  const publishedAt = found.find((each) => each.publishedAt !== undefined)?.publishedAt;
  return {
    ...(ratings.length > 0 && { ratings }),
    ...(found.some((each) => each.status === 'not-affected') && { rejected: true }),
    ...(publishedAt !== undefined && { cvePublishedAt: publishedAt }),
  };
}
