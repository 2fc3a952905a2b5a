import { z } from 'zod';
import { isAssayError } from '../../lib/error.ts';
import type { Advisory, AffectedRange } from './advisory.ts';
import { decidingVector, severityOfScore } from './cvss.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedRecords, firstRecord, newTally, reasonOf } from './feed-records.ts';
import { intervalsOf, type ConstraintSyntax } from './version-constraints.ts';
import { affectedBetween, type Interval, without } from './version-intervals.ts';
import { type VersionScheme, versionOrders } from './version-order.ts';

const texts = z.array(z.union([z.string(), z.number()]).transform(String)).nullish();

/** The CVE first, else the identifier of the database; the others are aliases. */
export function identified(ids: readonly (string | undefined)[]): Pick<Advisory, 'id' | 'aliases'> | undefined {
  const all = [...new Set(ids.filter((each) => each !== undefined && each !== ''))] as string[];
  const id = all.find((each) => each.startsWith('CVE-')) ?? all[0];
  if (id === undefined) return undefined;
  const aliases = all.filter((each) => each !== id);
  return { id, ...(aliases.length > 0 && { aliases }) };
}

/** Affected runs of a database that names the good versions: everything but those that are patched or never had it. */
export function complement(
  patched: readonly string[],
  unaffected: readonly string[],
  syntax: ConstraintSyntax,
  scheme: VersionScheme,
): AffectedRange[] {
  const all = (constraints: readonly string[]): Interval[] => constraints.flatMap((each) => intervalsOf(each, syntax));
  return affectedBetween(all(patched), all(unaffected), versionOrders[scheme]);
}

export function statusOf(ranges: readonly AffectedRange[]): 'fixed' | 'affected' {
  return ranges.some((range) => range.fixed !== undefined) ? 'fixed' : 'affected';
}

export function rated(vector: string | undefined, source: string): Partial<Advisory> {
  const found = vector === undefined ? undefined : decidingVector([vector]);
  return found
    ? {
        cvss: [found.vector],
        severity: severityOfScore(found.score, found.version),
        severitySource: `${source}, CVSS ${found.version} ${found.score.toFixed(1)}`,
      }
    : {};
}

const gemSchema = z
  .object({
    gem: z.string().optional(),
    engine: z.string().optional(),
    library: z.string().optional(),
    cve: z.union([z.string(), z.number()]).nullish(),
    ghsa: z.string().nullish(),
    osvdb: z.union([z.string(), z.number()]).nullish(),
    url: z.string().nullish(),
    title: z.string().nullish(),
    cvss_v3: z.number().nullish(),
    cvss_v4: z.number().nullish(),
    cvss_v2: z.number().nullish(),
    patched_versions: texts,
    unaffected_versions: texts,
  })
  .refine((each) => each.gem !== undefined || each.engine !== undefined, { message: 'neither a gem nor an engine' });

/** RubySec's advisory database, a YAML file an advisory: gems, and the interpreters beside them (`generic` names). */
export const rubySec: FeedReader = {
  name: 'rubysec',
  sources: [],
  licence: 'public domain or as each file says (ruby-advisory-db)',
  recognises: (file) => {
    const found = gemSchema.safeParse(firstRecord(file));
    return found.success && ('patched_versions' in (firstRecord(file) as object) || found.data.title !== undefined);
  },
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    for await (const { name, value } of feedRecords(files, tally.refused)) {
      tally.records++;
      const found = gemSchema.safeParse(value);
      const reason = found.success ? addGem(book, found.data) : reasonOf(found.error);
      if (reason !== undefined) tally.refused.push({ id: name, reason });
    }
    return contentOf(book.all(), tally);
  },
};

function addGem(book: EntryBook<Advisory>, record: z.infer<typeof gemSchema>): string | undefined {
  const ids = identified([
    record.cve ? `CVE-${record.cve}` : undefined,
    record.ghsa ? `GHSA-${record.ghsa}` : undefined,
    record.osvdb ? `OSVDB-${record.osvdb}` : undefined,
    record.url ?? undefined,
  ]);
  if (!ids) return 'it has no identifier';
  let ranges: AffectedRange[];
  try {
    ranges = complement(record.patched_versions ?? [], record.unaffected_versions ?? [], 'gem', 'gem');
  } catch (error) {
    if (isAssayError(error)) return error.message;
    throw error;
  }
  const newer = record.cvss_v3 ?? record.cvss_v4 ?? undefined;
  const score = newer ?? record.cvss_v2;
  const version = newer === undefined ? '2.0' : '3.1';
  book.add(record.gem === undefined ? 'Ruby' : 'RubyGems', record.gem ?? record.engine!, {
    ...ids,
    status: statusOf(ranges),
    scheme: 'gem',
    ranges,
    ...(record.title && { summary: record.title.slice(0, 300) }),
    ...(typeof score === 'number' && {
      severity: severityOfScore(score, version),
      severitySource: `RubySec, CVSS ${score.toFixed(1)}`,
    }),
    ...(record.url && { references: [record.url.slice(0, 500)] }),
  });
  return undefined;
}

const branch = z.object({ versions: z.array(z.string()) });
const phpSchema = z.object({
  title: z.string(),
  link: z.string().nullish(),
  cve: z.string().nullish(),
  reference: z.string().regex(/^composer:\/\/[^/\s]+\/[^/\s]+$/),
  branches: z.record(z.string(), branch),
});

/** FriendsOfPHP's security advisories, a YAML file an advisory: Composer packages, a range for each branch. */
export const friendsOfPhp: FeedReader = {
  name: 'php',
  sources: [],
  licence: 'public domain (FriendsOfPHP/security-advisories)',
  recognises: (file) => phpSchema.safeParse(firstRecord(file)).success,
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    for await (const { name, value } of feedRecords(files, tally.refused)) {
      tally.records++;
      const found = phpSchema.safeParse(value);
      const reason = found.success ? addPhp(book, found.data) : reasonOf(found.error);
      if (reason !== undefined) tally.refused.push({ id: name, reason });
    }
    return contentOf(book.all(), tally);
  },
};

function addPhp(book: EntryBook<Advisory>, record: z.infer<typeof phpSchema>): string | undefined {
  const ranges: AffectedRange[] = [];
  for (const { versions } of Object.values(record.branches)) {
    const range: { introduced?: string; after?: string; fixed?: string; lastAffected?: string } = {};
    for (const each of versions) {
      const match = /^\s*(>=|<=|==|>|<|=)?\s*v?([\w.+-]+)\s*$/.exec(each);
      if (!match) return `not a comparison: ${each.slice(0, 60)}`;
      const version = match[2]!;
      if (match[1] === '>=') range.introduced = version;
      else if (match[1] === '>') range.after = version;
      else if (match[1] === '<') range.fixed = version;
      else if (match[1] === '<=') range.lastAffected = version;
      else Object.assign(range, { introduced: version, lastAffected: version });
    }
    ranges.push(range);
  }
  const ids = identified([record.cve ?? undefined, record.link ?? undefined, record.title]);
  if (!ids || ranges.length === 0) return 'it names no version';
  book.add('Packagist', record.reference.slice('composer://'.length).toLowerCase(), {
    ...ids,
    status: statusOf(ranges),
    scheme: 'composer-normal',
    ranges,
    summary: record.title.slice(0, 300),
    ...(record.link && { references: [record.link.slice(0, 500)] }),
  });
  return undefined;
}

const npmSchema = z.object({
  id: z.union([z.number(), z.string()]),
  module_name: z.string().min(1),
  title: z.string().nullish(),
  cves: z.array(z.string()).nullish(),
  vulnerable_versions: z.string().nullish(),
  patched_versions: z.string().nullish(),
  cvss_vector: z.string().nullish(),
});
const coreSchema = z.object({
  cve: z.array(z.string()),
  vulnerable: z.string(),
  patched: z.string().nullish(),
  overview: z.string().nullish(),
  ref: z.string().nullish(),
  severity: z.string().nullish(),
});

/** The Node.js security working group's database: npm packages of old, and Node.js itself (package `node`). */
export const nodejsDatabase: FeedReader = {
  name: 'nodejs',
  sources: [],
  licence: 'MIT (nodejs/security-wg)',
  recognises: (file) => {
    const first = firstRecord(file);
    return npmSchema.safeParse(first).success || coreSchema.safeParse(first).success;
  },
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    for await (const { name, value } of feedRecords(files, tally.refused)) {
      tally.records++;
      const reason = addNode(book, name, value);
      if (reason !== undefined) tally.refused.push({ id: name, reason });
    }
    return contentOf(book.all(), tally);
  },
};

function addNode(book: EntryBook<Advisory>, file: string, value: unknown): string | undefined {
  const found = npmSchema.safeParse(value);
  if (found.success) {
    const { data } = found;
    return addRange(book, 'npm', data.module_name, data.vulnerable_versions, data.patched_versions, {
      ...identified([...(data.cves ?? []), `NSWG-ECO-${data.id}`])!,
      ...(data.title && { summary: data.title.slice(0, 300) }),
      ...rated(data.cvss_vector ?? undefined, 'Node.js'),
    });
  }
  const core = coreSchema.safeParse(value);
  if (!core.success) return reasonOf(found.error);
  const number = /(\d+)\.json$/.exec(file)?.[1];
  const ids = identified([...core.data.cve, number === undefined ? undefined : `NSWG-CORE-${number}`]);
  if (!ids) return 'it has no identifier';
  return addRange(book, 'Node.js', 'node', core.data.vulnerable, core.data.patched, {
    ...ids,
    ...(core.data.overview && { summary: core.data.overview.slice(0, 300) }),
    ...(core.data.ref && { references: [core.data.ref.slice(0, 500)] }),
  });
}

function addRange(
  book: EntryBook<Advisory>,
  ecosystem: string,
  name: string,
  vulnerable: string | null | undefined,
  patched: string | null | undefined,
  common: Omit<Advisory, 'status' | 'scheme'>,
): string | undefined {
  if (!vulnerable) return 'it names no version';
  try {
    const ranges = subtract(vulnerable, patched ?? '');
    book.add(ecosystem, name, { ...common, status: statusOf(ranges), scheme: 'semver', ranges });
    return undefined;
  } catch (error) {
    if (isAssayError(error)) return error.message;
    throw error;
  }
}

/** Runs of the vulnerable versions without the patched ones; the next patched version is what mends a run. */
function subtract(vulnerable: string, patched: string): AffectedRange[] {
  const bad = intervalsOf(vulnerable, 'npm');
  const good = patched.trim() === '' || /^<\s*0\.0\.0$/.test(patched.trim()) ? [] : intervalsOf(patched, 'npm');
  return without(bad, good, versionOrders.semver);
}
