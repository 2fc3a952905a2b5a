import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import type { Advisory, AffectedRange, Severity } from './advisory.ts';
import { cvssScore, decidingVector, severityOfScore } from './cvss.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedRecords, firstRecord, newTally, reasonOf } from './feed-records.ts';
import { inRange } from './in-range.ts';
import { ANY_STREAM, type OsvEcosystem, osvEcosystem, osvPackageName } from './osv-ecosystems.ts';
import { type OsvEvent, rangesOf } from './osv-ranges.ts';
import { versionOrders } from './version-order.ts';

const texts = z.array(z.string()).nullish();
const scores = z.array(z.object({ type: z.string(), score: z.string() })).nullish();
const loose = z.record(z.string(), z.unknown()).nullish();
const eventSchema = z.object({
  introduced: z.string().optional(),
  fixed: z.string().optional(),
  last_affected: z.string().optional(),
  limit: z.string().optional(),
});
const schema = z.object({
  id: z.string().min(1).max(200),
  modified: z.string().optional(),
  published: z.string().nullish(),
  withdrawn: z.string().nullish(),
  aliases: texts,
  related: texts,
  upstream: texts,
  summary: z.string().nullish(),
  details: z.string().nullish(),
  severity: scores,
  database_specific: loose,
  references: z.array(z.object({ url: z.string() })).nullish(),
  affected: z
    .array(
      z.object({
        package: z.object({ ecosystem: z.string(), name: z.string().min(1) }).optional(),
        severity: scores,
        database_specific: loose,
        ecosystem_specific: loose,
        ranges: z.array(z.object({ type: z.string(), events: z.array(eventSchema) })).nullish(),
        versions: texts,
      }),
    )
    .nullish(),
});
type OsvRecord = z.infer<typeof schema>;
type Affected = NonNullable<OsvRecord['affected']>[number];

/** Notices of bug fixes and enhancements, which mend no vulnerability. */
const NO_VULNERABILITY = /^(?:AL|RL|RH)(?:BA|EA)-/;
const BUCKET = 'https://osv-vulnerabilities.storage.googleapis.com';

/** Archives that are fetched, each where its packages are stored; Debian and Alpine have feeds of their own. */
const FETCHED = [
  'npm',
  'PyPI',
  'Go',
  'Maven',
  'RubyGems',
  'crates.io',
  'NuGet',
  'Packagist',
  'Hex',
  'Pub',
  'CRAN',
  'SwiftURL',
  'ConanCenter',
  'Hackage',
  'Julia',
  'opam',
  'Bitnami',
  'Ubuntu',
  'AlmaLinux',
  'Rocky Linux',
  'Red Hat',
  'SUSE',
  'openSUSE',
  'openEuler',
  'Mageia',
  'Photon OS',
  'Alpaquita',
  'MinimOS',
  'Echo',
];

/** OSV records (schema 1.7) of any ecosystem: a zip archive, a JSON or YAML file, JSON lines. */
export const osv: FeedReader = {
  name: 'osv',
  sources: FETCHED.map((name) => ({
    url: `${BUCKET}/${encodeURIComponent(name)}/all.zip`,
    ecosystems: [name],
    increments: 'osv' as const,
  })),
  licence: 'as each database says: CC-BY-4.0, CC0-1.0, MIT, Apache-2.0',
  recognises: (file) => {
    const first = firstRecord(file);
    return (
      typeof first === 'object' && first !== null && 'id' in first && ('affected' in first || 'withdrawn' in first)
    );
  },
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    const bases = new Set<string>();
    for await (const { name, value } of feedRecords(files, tally.refused)) {
      tally.records++;
      const record = schema.safeParse(value);
      if (!record.success) {
        tally.refused.push({ id: name, reason: reasonOf(record.error) });
        continue;
      }
      const { id, modified } = record.data;
      tally.ids.push(id);
      // Some publishers leave the zero of their clock in it.
      if (modified && modified > '1990' && modified > tally.newestAt) tally.newestAt = modified;
      if (record.data.withdrawn) {
        tally.withdrawn++;
        continue;
      }
      const reason = NO_VULNERABILITY.test(id)
        ? 'a notice of something that is no vulnerability'
        : addRecord(book, record.data, bases);
      if (reason !== undefined) tally.refused.push({ id, reason });
    }
    if (tally.records === 0 && tally.refused.length > 0)
      throw new AssayError('advisory-feed-invalid', 'no OSV record is readable');
    return contentOf(book.all(), tally, partOf(bases));
  },
  recordOf: ({ ecosystem }, { id, aliases = [] }) => {
    const [notice, another] = aliases;
    const isNotice = id.startsWith('CVE-') && notice !== undefined && another === undefined;
    return isNotice && osvEcosystem(ecosystem)?.notices ? notice : id;
  },
};

/** One ecosystem's archive is a part of its own, so that it can be renewed without the others. */
function partOf(bases: ReadonlySet<string>): string | undefined {
  const [only, another] = bases;
  return only === undefined || another !== undefined ? undefined : only.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

/** Adds what a record says of packages; when that is nothing, the answer is the reason. */
function addRecord(book: EntryBook<Advisory>, record: OsvRecord, bases: Set<string>): string | undefined {
  let reason = 'it names no package';
  let any = false;
  for (const affected of record.affected ?? []) {
    if (!affected.package) continue;
    const ecosystem = osvEcosystem(affected.package.ecosystem);
    if (!ecosystem) {
      reason = `no version order is known for ${affected.package.ecosystem.slice(0, 60)}`;
      continue;
    }
    bases.add(ecosystem.base);
    const name = osvPackageName(ecosystem, affected.package.name);
    const advisories = advisoriesOf(record, affected, ecosystem);
    if (advisories.length === 0) reason = 'it names no versions, at most commits';
    for (const advisory of advisories)
      for (const module of modulesOf(record, affected, ecosystem, advisory)) {
        any = true;
        book.add(ecosystem.name, name, module === undefined ? advisory : { ...advisory, module });
      }
  }
  return any ? undefined : reason;
}

/** A notice is one advisory for each of its CVEs; other records are one, with their aliases. */
function advisoriesOf(record: OsvRecord, affected: Affected, ecosystem: OsvEcosystem): Advisory[] {
  const ranges = (affected.ranges ?? []).flatMap((range) =>
    range.type === 'GIT' ? [] : rangesOf(range.events as OsvEvent[], ecosystem.scheme),
  );
  const compare = versionOrders[ecosystem.scheme];
  // A version is affected when a range has it or the list names it: what both say is kept once.
  const versions = (affected.versions ?? []).filter((each) => !ranges.some((range) => inRange(range, each, compare)));
  if (ranges.length === 0 && versions.length === 0) return [];
  const common = commonOf(record, affected, ecosystem, ranges, versions);
  const fixes = ecosystem.notices ? cvesOf(record) : [];
  const aliases = [...new Set(record.aliases ?? [])];
  if (fixes.length === 0 || aliases.some((id) => id.startsWith('CVE-')))
    return [{ ...common, id: record.id, ...(aliases.length > 0 && { aliases }) }];
  return fixes.map((id) => ({ ...common, id, aliases: [record.id] }));
}

/** The CVEs that a notice mends: `upstream` says so in words of the schema, before it publishers used `related`. */
function cvesOf(record: OsvRecord): string[] {
  const upstream = (record.upstream ?? []).filter((id) => id.startsWith('CVE-'));
  const found = upstream.length > 0 ? upstream : (record.related ?? []).filter((id) => id.startsWith('CVE-'));
  return [...new Set(found)];
}

function commonOf(
  record: OsvRecord,
  affected: Affected,
  ecosystem: OsvEcosystem,
  ranges: readonly AffectedRange[],
  versions: readonly string[],
): Omit<Advisory, 'id'> {
  const vectors = [...new Set([...(affected.severity ?? []), ...(record.severity ?? [])].map((each) => each.score))];
  const scored = vectors.filter((each) => cvssScore(each) !== undefined).slice(0, 4);
  const rated = ratingOf(record, affected, vectors);
  const summary = (record.summary ?? record.details?.split('\n', 1)[0])?.slice(0, 300);
  const references = (record.references ?? []).slice(0, 8).map((each) => each.url.slice(0, 500));
  const informational = affected.database_specific?.['informational'] ?? record.database_specific?.['informational'];
  return {
    status: ranges.some((range) => range.fixed !== undefined) ? 'fixed' : 'affected',
    scheme: ecosystem.scheme,
    ...(typeof informational === 'string' && { statusDetail: `informational: ${informational.slice(0, 60)}` }),
    ...(summary && { summary }),
    ...(rated && { severity: rated.severity, severitySource: rated.source }),
    ...(scored.length > 0 && { cvss: scored }),
    ...(references.length > 0 && { references }),
    ...(record.published && { publishedAt: record.published }),
    ...(ranges.length > 0 && { ranges }),
    ...(versions.length > 0 && { versions }),
  };
}

const WORDS: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  important: 'high',
  high: 'high',
  moderate: 'medium',
  medium: 'medium',
  low: 'low',
  negligible: 'negligible',
  minor: 'low',
};

/** The publisher's own word first, then the score of a CVSS 3 vector. */
function ratingOf(
  record: OsvRecord,
  affected: Affected,
  vectors: readonly string[],
): { severity: Severity; source: string } | undefined {
  const source = record.id.split('-', 1)[0]!;
  if (source === 'MAL') return { severity: 'critical', source: 'malicious package' };
  for (const place of [affected.ecosystem_specific, affected.database_specific, record.database_specific]) {
    const word = place?.['severity'];
    const severity = typeof word === 'string' ? WORDS[word.toLowerCase()] : undefined;
    if (severity) return { severity, source };
  }
  const worded = record.severity?.find((each) => WORDS[each.score.toLowerCase()]);
  if (worded) return { severity: WORDS[worded.score.toLowerCase()]!, source };
  const prefixed = /^(critical|important|moderate|low): /i.exec(record.summary ?? '')?.[1];
  if (prefixed) return { severity: WORDS[prefixed.toLowerCase()]!, source };
  const found = decidingVector(vectors);
  return (
    found && {
      severity: severityOfScore(found.score, found.version),
      source: `${source}, CVSS ${found.version} ${found.score.toFixed(1)}`,
    }
  );
}

const MODULE = /\b([a-z][a-z0-9_+-]*:[a-z0-9][a-z0-9_.+-]*)(?=\s|,|$)/gi;

/**
 * Fixes of module builds hold for their stream only; the notice names it in its title (`nodejs:18 security update`).
 * Where it names none, the fix is kept for every stream: rather a false alarm than a silence.
 */
function modulesOf(
  record: OsvRecord,
  affected: Affected,
  ecosystem: OsvEcosystem,
  advisory: Advisory,
): (string | undefined)[] {
  if (ecosystem.scheme !== 'rpm' || !advisory.ranges?.some((range) => range.fixed?.includes('.module')))
    return [undefined];
  const said = affected.database_specific?.['module'] ?? affected.ecosystem_specific?.['module'];
  if (typeof said === 'string' && said.includes(':')) return [said];
  const title = (record.summary ?? '').slice(0, 500).replace(/^\w+: /, '');
  const streams = [...new Set([...title.matchAll(MODULE)].map((match) => match[1]!))];
  return streams.length > 0 ? streams : [ANY_STREAM];
}
