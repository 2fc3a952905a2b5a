import {
  CATALOGUES,
  EXPLOITED,
  type LookUpAdvisories,
  RATINGS,
  REPOSITORIES,
  SUPPORT,
} from '../../content/advisories/advisory.ts';
import type { AdvisoryKey } from '../../content/findings/ecosystems.ts';
import { type FindingChanges, summaryOf } from '../../content/findings/finding-changes.ts';
import { judge } from '../../content/findings/judge.ts';
import { ANY_PRODUCT, isProduct } from '../../content/findings/red-hat-products.ts';
import type { RefusedRecord } from '../../content/advisories/feed.ts';
import type { Digest } from '../../oci/digest.ts';
import {
  type AdvisorySets,
  type ChangedEntry,
  ecosystemsOf,
  type FeedStatus,
  type IncomingFeed,
} from '../../ports/advisory-sets.ts';
import type { Clock } from '../../lib/clock.ts';
import type { PackageCounts } from '../../ports/content-records.ts';
import type { Database } from '../../ports/database.ts';
import { appendDerived, appendEvent } from '../events.ts';

export interface ImportResult {
  readonly status: FeedStatus;
  readonly changedEntries: number;
  readonly withdrawn: number;
  readonly refused: readonly RefusedRecord[];
  readonly judgedPackages: number;
  readonly changedImages: number;
}

/** Imports a feed and judges anew exactly what it changes, from stored inventories; no layer is read. */
export async function importFeed(
  parts: { database: Database; advisories: AdvisorySets; clock: Clock },
  feed: Omit<IncomingFeed, 'at'>,
  actor: string,
): Promise<ImportResult> {
  const { status, changed, withdrawn, refused } = await parts.advisories.take({ ...feed, at: parts.clock.now() });
  const judged = await judgeChanged(parts, changed);
  const now = parts.clock.now();
  await parts.database.change((records) =>
    appendEvent(records, now, 'advisories.imported', actor, undefined, status.feed, {
      digest: status.digest,
      records: status.records,
      ...judged,
    }),
  );
  return { status, changedEntries: changed.length, withdrawn, refused, ...judged };
}

/** Brings stored findings in line with the set in force; `changed` undefined judges every stored package. */
export async function judgeChanged(
  { database, advisories, clock }: { database: Database; advisories: AdvisorySets; clock: Clock },
  changed: readonly ChangedEntry[] | undefined,
): Promise<{ judgedPackages: number; changedImages: number }> {
  const set = advisories.current();
  let judgedPackages = 0;
  const touched = new Map<string, FindingChanges>();
  const judgeSome = async (packages: readonly { id: string; key: AdvisoryKey | undefined }[]) => {
    const judged = packages.flatMap((each) =>
      each.key ? [{ id: each.id, findings: judge(each.key, set.lookUp) }] : [],
    );
    judgedPackages += judged.length;
    const changes = await database.change(async ({ content }) => {
      const found: [string, FindingChanges][] = [];
      for (const each of judged) {
        const differs = await content.replaceFindings(each.id, each.findings);
        if (differs) found.push([each.id, differs]);
      }
      return found;
    });
    for (const [id, each] of changes) touched.set(id, each);
  };
  const ecosystems = ecosystemsOf(set);
  if (changed) {
    const packages = await changedPackages(database, changed, set.lookUp);
    for (let at = 0; at < packages.length; at += 500) await judgeSome(packages.slice(at, at + 500));
  } else {
    for (let after: string | undefined; ; ) {
      const page = await database.records.content.allPackages({ after, limit: 500 });
      if (page.length === 0) break;
      await judgeSome(page);
      after = page.at(-1)?.id;
    }
  }
  // Begun anew after a stop in the middle, everything is counted again: what was done before it is not known.
  const before = (await database.records.content.covered()) ?? [];
  const concerned = changed
    ? [...ecosystems.filter((each) => !before.includes(each)), ...before.filter((each) => !ecosystems.includes(each))]
    : [...new Set([...ecosystems, ...before])];
  const images = await database.records.content.imagesOfEcosystems(concerned);
  await database.change(({ content }) => content.setCovered(ecosystems));
  const changedImages = await recountImages(database, touched, images, set.digest, clock);
  await database.change(({ content }) => content.setJudgedWith(set.digest));
  return { judgedPackages, changedImages };
}

/** Catalogues whose entries change what a finding says; likelihoods change every day and are looked up when shown. */
const DECIDING: ReadonlySet<string> = new Set([EXPLOITED, RATINGS]);

/** Stored packages that changed entries speak of; entries of catalogues speak of vulnerabilities. */
async function changedPackages(
  database: Database,
  changed: readonly ChangedEntry[],
  lookUp: LookUpAdvisories,
): Promise<{ id: string; key: AdvisoryKey }[]> {
  const { content } = database.records;
  const exploited = changed.filter((entry) => DECIDING.has(entry.ecosystem)).map((entry) => entry.package);
  const named = changed
    .filter((entry) => !CATALOGUES.has(entry.ecosystem))
    .flatMap(({ ecosystem, package: name }) => [
      { ecosystem, name },
      // A list of what is mended no more is one entry; it concerns the packages that it names.
      ...(ecosystem.startsWith(`${SUPPORT}:`)
        ? lookUp(ecosystem, name).map(({ id }) => ({ ecosystem: ecosystem.slice(SUPPORT.length + 1), name: id }))
        : []),
      ...(isProduct(ecosystem) ? [{ ecosystem: ANY_PRODUCT, name }] : []),
    ]);
  const repositories = new Set(
    changed.filter((entry) => entry.ecosystem === REPOSITORIES).map((entry) => entry.package),
  );
  const found = [
    ...(await content.packagesOf(named)),
    ...(await content.packagesWith(exploited)),
    ...(repositories.size === 0 ? [] : await content.packagesFrom(repositories)),
  ];
  return [...new Map(found.map((each) => [each.id, each])).values()];
}

/** Images are counted some at a time, so that pushes get their turn between. */
const IMAGES_AT_ONCE = 500;

/** Lines of an event; the counts tell of all. */
const LINES = 25;

async function recountImages(
  database: Database,
  changes: ReadonlyMap<string, FindingChanges>,
  also: readonly Digest[],
  advisories: string,
  clock: Clock,
): Promise<number> {
  const holding = await database.records.content.imagesOfPackages([...changes.keys()]);
  const images = [...new Set([...holding.keys(), ...also])];
  const now = clock.now();
  const known: PackageCounts = new Map();
  for (let at = 0; at < images.length; at += IMAGES_AT_ONCE)
    await database.change(async (records) => {
      const some = images.slice(at, at + IMAGES_AT_ONCE);
      await records.content.recount(some, advisories, now, known);
      const homes = await records.content.repositoriesOfAll(some);
      const events = some.flatMap((digest) => {
        const { lines, ...counts } = summaryOf(
          (holding.get(digest) ?? []).flatMap((id) => changes.get(id) ?? []),
          LINES,
        );
        const data = { advisories, ...counts, findings: lines };
        return (homes.get(digest) ?? []).map((repository) => ({
          place: repository,
          subject: `${repository.name}@${digest}`,
          data,
        }));
      });
      await appendDerived(records, now, 'image.judged', events);
    });
  return images.length;
}
