import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import type { Advisory, AffectedRange, Severity } from './advisory.ts';
import { decidingVector, severityOfScore } from './cvss.ts';
import type { FeedContent, FeedReader, RefusedRecord } from './feed.ts';
import { EntryBook, feedRecords, firstRecord } from './feed-records.ts';
import { inRange } from './in-range.ts';
import { type OsvEcosystem, osvEcosystem, osvPackageName } from './osv-ecosystems.ts';
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

/** OSV records (schema 1.7) of any ecosystem: a zip archive, a JSON or YAML file, JSON lines. */
export const osv: FeedReader = {
  name: 'osv',
  sources: ['npm', 'PyPI', 'Go', 'Maven', 'AlmaLinux', 'Rocky%20Linux', 'Ubuntu'].map(
    (name) => `${BUCKET}/${name}/all.zip`,
  ),
  licence: 'as each database says: CC-BY-4.0, CC0-1.0, MIT, Apache-2.0',
  recognises: (file) => {
    const first = firstRecord(file);
    return (
      typeof first === 'object' && first !== null && 'id' in first && ('affected' in first || 'withdrawn' in first)
    );
  },
  async read(files) {
    const book = new EntryBook<Advisory>();
    const refused: RefusedRecord[] = [];
    const bases = new Set<string>();
    const strange = new Map<string, number>();
    let records = 0;
    let withdrawn = 0;
    let newestAt = '';
    for await (const { name, value } of feedRecords(files, refused)) {
      records++;
      const record = schema.safeParse(value);
      if (!record.success) {
        refused.push({ id: name, reason: reasonOf(record.error) });
        continue;
      }
      if (record.data.modified && record.data.modified > newestAt) newestAt = record.data.modified;
      if (record.data.withdrawn) withdrawn++;
      else if (!NO_VULNERABILITY.test(record.data.id)) addRecord(book, record.data, bases, strange);
    }
    for (const [name, count] of strange)
      refused.push({ id: name, reason: `no version order is known for this ecosystem (${count} packages)` });
    if (records === 0 && refused.length > 0) throw new AssayError('advisory-feed-invalid', 'no OSV record is readable');
    const part = partOf(bases);
    return {
      entries: book.all(),
      records,
      withdrawn,
      refused,
      ...(part && { part }),
      ...(newestAt && { newestAt }),
    } satisfies FeedContent;
  },
};

/** One ecosystem's archive is a part of its own, so that it can be renewed without the others. */
function partOf(bases: ReadonlySet<string>): string | undefined {
  const [only, another] = bases;
  return only === undefined || another !== undefined ? undefined : only.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

function reasonOf(error: z.ZodError): string {
  const issue = error.issues[0];
  return `${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'unreadable'}`;
}

function addRecord(
  book: EntryBook<Advisory>,
  record: OsvRecord,
  bases: Set<string>,
  strange: Map<string, number>,
): void {
  for (const affected of record.affected ?? []) {
    if (!affected.package) continue;
    const ecosystem = osvEcosystem(affected.package.ecosystem);
    if (!ecosystem) {
      strange.set(affected.package.ecosystem, (strange.get(affected.package.ecosystem) ?? 0) + 1);
      continue;
    }
    bases.add(ecosystem.base);
    const name = osvPackageName(ecosystem, affected.package.name);
    for (const advisory of advisoriesOf(record, affected, ecosystem))
      for (const key of modularNames(record, ecosystem, name, advisory)) book.add(ecosystem.name, key, advisory);
  }
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
  const upstream = ecosystem.notices ? [...(record.upstream ?? []), ...(record.related ?? [])] : [];
  const fixes = [...new Set(upstream.filter((id) => id.startsWith('CVE-')))];
  const aliases = [...new Set(record.aliases ?? [])];
  if (fixes.length === 0 || aliases.some((id) => id.startsWith('CVE-')))
    return [{ ...common, id: record.id, ...(aliases.length > 0 && { aliases }) }];
  return fixes.map((id) => ({ ...common, id, aliases: [record.id] }));
}

function commonOf(
  record: OsvRecord,
  affected: Affected,
  ecosystem: OsvEcosystem,
  ranges: readonly AffectedRange[],
  versions: readonly string[],
): Omit<Advisory, 'id'> {
  const vectors = [...new Set([...(affected.severity ?? []), ...(record.severity ?? [])].map((each) => each.score))];
  const rated = ratingOf(record, affected, vectors);
  const summary = (record.summary ?? record.details?.split('\n', 1)[0])?.slice(0, 300);
  const references = (record.references ?? []).slice(0, 8).map((each) => each.url.slice(0, 500));
  return {
    status: ranges.some((range) => range.fixed !== undefined) ? 'fixed' : 'affected',
    scheme: ecosystem.scheme,
    ...(summary && { summary }),
    ...(rated && { severity: rated.severity, severitySource: rated.source }),
    ...(vectors.length > 0 && { cvss: vectors.filter((each) => each.startsWith('CVSS:')).slice(0, 4) }),
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

/** Fixes of module builds hold for their stream only; the notice names it in its title (`nodejs:18 security update`). */
function modularNames(record: OsvRecord, ecosystem: OsvEcosystem, name: string, advisory: Advisory): string[] {
  if (ecosystem.scheme !== 'rpm' || !advisory.ranges?.some((range) => range.fixed?.includes('.module'))) return [name];
  const title = (record.summary ?? '').slice(0, 500).replace(/^\w+: /, '');
  const streams = [...title.matchAll(MODULE)].map((match) => match[1]!);
  return streams.map((stream) => `${stream}/${name}`);
}
