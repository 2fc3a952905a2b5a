import { AssayError } from '../../lib/error.ts';
import type { Advisory, Severity } from './advisory.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedTexts, headText, newTally } from './feed-records.ts';
import { type OvalCriteria, type OvalDefinition, type OvalDocument, readOval } from './oval-document.ts';

/** A build that a notice names: of which release, stream and architecture. */
interface Build {
  readonly release: string;
  readonly name: string;
  readonly fixed: string;
  readonly module: string | undefined;
  readonly architecture: string | undefined;
}

type Place = Pick<Build, 'architecture' | 'module'> & { readonly release: string | undefined };

/**
 * Oracle's OVAL of its notices (ELSA): binary packages that are earlier than a build, by release, architecture and
 * module. Builds for Ksplice and FIPS are held against builds of their own kind only, when it comes to judging.
 */
export const oracleOval: FeedReader = {
  name: 'oracle',
  sources: [
    { url: 'https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2', ecosystems: ['Oracle Linux'] },
  ],
  licence: 'as Oracle publishes it (Oracle Linux OVAL)',
  recognises: (file) =>
    /<(?:\w+:)?oval_definitions[\s>]/.test(headText(file)) && headText(file, 65_536).includes('com.oracle.elsa'),
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    for await (const { name, text } of feedTexts(files, tally.refused)) {
      if (!text.includes('oval_definitions')) continue;
      if (!text.includes('com.oracle.elsa'))
        throw new AssayError('advisory-feed-invalid', `${name} is no OVAL of Oracle`);
      const document = readOval(text);
      if (document.at > tally.newestAt) tally.newestAt = document.at;
      for (const definition of document.definitions) {
        tally.records++;
        const reason = addDefinition(book, definition, document);
        if (reason !== undefined) tally.refused.push({ id: definition.id, reason });
      }
    }
    return contentOf(book.all(), tally);
  },
};

const SEVERITIES: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  important: 'high',
  moderate: 'medium',
  low: 'low',
};

function addDefinition(
  book: EntryBook<Advisory>,
  definition: OvalDefinition,
  document: OvalDocument,
): string | undefined {
  const notice =
    definition.references.find((each) => each.source === 'elsa')?.id ?? /ELSA-\d{4}-\d+/.exec(definition.title)?.[0];
  if (notice === undefined) return 'it names no notice';
  const cves = [
    ...new Set([
      ...definition.cves.map((each) => each.id),
      ...definition.references.filter((each) => each.source === 'CVE').map((each) => each.id),
    ]),
  ].filter((each) => /^CVE-\d{4}-\d{4,}$/.test(each));
  if (cves.length === 0) return 'a notice of something that is no vulnerability';
  const builds = definition.criteria ? [...buildsOf(definition.criteria, document, emptyPlace)] : [];
  if (builds.length === 0) return 'it names no package that is earlier than another';
  const severity = SEVERITIES[definition.severity.toLowerCase()];
  const vectors = new Map(
    definition.cves.flatMap(({ id, cvss }) => {
      const vector = /CVSS:3\.[01]\/[\w:/]+$/.exec(cvss ?? '')?.[0];
      return vector === undefined ? [] : [[id, vector] as const];
    }),
  );
  for (const { release, name, fixed, module, architectures } of byArchitecture(builds))
    for (const id of cves) {
      const vector = vectors.get(id);
      book.add(`Oracle Linux:${release}`, name, {
        id,
        aliases: [notice],
        status: 'fixed',
        scheme: 'rpm',
        of: 'binary',
        ...(module !== undefined && { module }),
        ...(architectures && { architectures }),
        ranges: [{ fixed }],
        ...(severity && { severity, severitySource: 'Oracle' }),
        ...(vector !== undefined && { cvss: [vector] }),
        summary: definition.title.replaceAll(/\s+/g, ' ').slice(0, 300),
        ...(definition.issuedAt && { publishedAt: definition.issuedAt }),
        references: [`https://linux.oracle.com/errata/${notice}.html`],
      });
    }
  return undefined;
}

const emptyPlace: Place = { release: undefined, architecture: undefined, module: undefined };

/** Every "earlier than" with what must hold beside it on its way down. */
function* buildsOf(criteria: OvalCriteria, document: OvalDocument, above: Place): Generator<Build> {
  let place = above;
  if (criteria.operator !== 'OR') for (const { comment } of criteria.tests) place = { ...place, ...said(comment) };
  for (const { test, comment } of criteria.tests) {
    const own = criteria.operator === 'OR' ? { ...place, ...said(comment) } : place;
    const found = earlier(document, test, comment);
    if (found && own.release !== undefined) yield { ...own, release: own.release, ...found };
  }
  for (const each of criteria.criteria) yield* buildsOf(each, document, place);
}

/** What a test asks for; where the document holds only definitions, its comment says it as well. */
function earlier(
  document: OvalDocument,
  ref: string,
  comment: string,
): { readonly name: string; readonly fixed: string } | undefined {
  const test = document.test(ref);
  if (test) return test.evr?.operation === 'less than' ? { name: test.name, fixed: test.evr.value } : undefined;
  const [, name, fixed] = /^(\S+) is earlier than (?:0:)?(\S+)$/.exec(comment) ?? [];
  return name === undefined || fixed === undefined ? undefined : { name, fixed };
}

function said(comment: string): Partial<Place> {
  const release = /^Oracle Linux (\d+) is installed$/.exec(comment)?.[1];
  if (release !== undefined) return { release };
  const architecture = /^Oracle Linux arch is (\S+)$/.exec(comment)?.[1];
  if (architecture !== undefined) return { architecture };
  const module = /^Module (\S+:\S+) is enabled$/.exec(comment)?.[1];
  return module === undefined ? {} : { module };
}

/** The same build for all architectures is one; those that differ keep theirs. */
function byArchitecture(
  builds: readonly Build[],
): (Omit<Build, 'architecture'> & { architectures: readonly string[] | undefined })[] {
  const all = new Set(builds.flatMap((each) => each.architecture ?? []));
  const groups = Map.groupBy(builds, ({ release, name, fixed, module }) => [release, name, fixed, module].join('\0'));
  return [...groups.values()].map((some) => {
    const { architecture: _architecture, ...build } = some[0]!;
    const own = [...new Set(some.flatMap((each) => each.architecture ?? []))].sort();
    const isEverywhere =
      own.length === 0 || some.some((each) => each.architecture === undefined) || own.length === all.size;
    return { ...build, architectures: isEverywhere ? undefined : own };
  });
}
