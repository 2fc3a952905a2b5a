import { AssayError } from '../../lib/error.ts';
import type { Advisory, AffectedRange, Severity } from './advisory.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedTexts, headText, newTally } from './feed-records.ts';
import { type OvalCriteria, type OvalDefinition, type OvalDocument, type OvalTest, readOval } from './oval-document.ts';

const BASE = 'https://ftp.suse.com/pub/projects/security/oval';
/** Product lines, each a file; the package names of one stand under all products that it names. */
const FILES: readonly (readonly [file: string, ecosystem: string])[] = [
  ['suse.linux.enterprise.server.12', 'SUSE:Linux Enterprise Server 12'],
  ['suse.linux.enterprise.server.15', 'SUSE'],
  ['suse.linux.enterprise.micro.5.5', 'SUSE:Linux Enterprise Micro 5.5'],
  ['suse.linux.micro.6.0', 'SUSE:Linux Micro 6.0'],
  ['opensuse.leap.15.5', 'openSUSE:Leap 15.5'],
  ['opensuse.leap.15.6', 'openSUSE:Leap 15.6'],
  ['opensuse.tumbleweed', 'openSUSE:Tumbleweed'],
];

/**
 * SUSE's OVAL of vulnerabilities: product → binary package → first build without it, or none yet. Products are known by
 * the words of the criterion that asks for them.
 */
export const suseOval: FeedReader = {
  name: 'suse',
  sources: FILES.map(([file, ecosystem]) => ({
    url: `${BASE}/${file}-affected.xml.gz`,
    ecosystems: [ecosystem],
  })),
  licence: 'as SUSE publishes it (SUSE OVAL)',
  recognises: (file) =>
    /<(?:\w+:)?oval_definitions[\s>]/.test(headText(file)) && headText(file, 65_536).includes('org.opensuse.security'),
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    for await (const { name, text } of feedTexts(files, tally.refused)) {
      if (!text.includes('oval_definitions')) continue;
      if (!text.includes('org.opensuse.security'))
        throw new AssayError('advisory-feed-invalid', `${name} is no OVAL of SUSE`);
      const document = readOval(text);
      if (document.at > tally.newestAt) tally.newestAt = document.at;
      for (const definition of document.definitions) {
        tally.records++;
        const reason = addDefinition(book, definition, document);
        if (reason !== undefined) tally.refused.push({ id: definition.id, reason });
      }
    }
    return contentOf(book.all(), tally, lineOf(book));
  },
};

/** The part of a file: the line of products that is in it, of several the one with the shortest name. */
function lineOf(book: EntryBook<Advisory>): string | undefined {
  const names = book
    .all()
    .flatMap(({ ecosystem }) => /(?:Leap [\d.]+|Tumbleweed|Micro [\d.]+|\b1\d\b)/.exec(ecosystem)?.[0] ?? []);
  const [shortest] = [...new Set(names)].sort((a, b) => a.length - b.length);
  return shortest?.toLowerCase().replaceAll(/[^a-z0-9.]+/g, '-');
}

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
  const id = /CVE-\d{4}-\d{4,}/.exec(definition.title)?.[0] ?? definition.cves[0]?.id;
  if (id === undefined || !id.startsWith('CVE-')) return 'it names no CVE';
  const severity = SEVERITIES[(definition.cves[0]?.impact ?? definition.severity).toLowerCase()];
  const vector = /CVSS:3\.[01]\/[\w:/]+$/.exec(definition.cves[0]?.cvss ?? '')?.[0];
  let any = false;
  for (const [product, test] of definition.criteria ? packagesOf(definition.criteria, document, []) : []) {
    any = true;
    const range = rangeOf(test);
    const ecosystem = ecosystemOf(product);
    if (!range || ecosystem === undefined) continue;
    book.add(ecosystem, test.name, {
      id,
      status: range.fixed === undefined ? 'affected' : 'fixed',
      scheme: 'rpm',
      of: 'binary',
      ranges: [range],
      ...(test.architectures && isSome(test.architectures) && { architectures: test.architectures }),
      ...(severity && { severity, severitySource: 'SUSE' }),
      ...(vector !== undefined && { cvss: [vector] }),
      ...(definition.issuedAt && { publishedAt: definition.issuedAt }),
      references: [`https://www.suse.com/security/cve/${id}`],
    });
  }
  return any ? undefined : 'it asks for no package of a product';
}

/** The four architectures of SUSE's products together are all of them. */
function isSome(architectures: readonly string[]): boolean {
  return !['aarch64', 'ppc64le', 's390x', 'x86_64'].every((each) => architectures.includes(each));
}

const PRODUCT = /^(.+) is installed$/;

/** Each package test with each product that must be installed beside it. */
function* packagesOf(
  criteria: OvalCriteria,
  document: OvalDocument,
  above: readonly string[],
): Generator<readonly [product: string, test: OvalTest]> {
  const products = criteria.operator === 'OR' ? above : (productsOf(criteria, document) ?? above);
  for (const { test } of criteria.tests) {
    const found = document.test(test);
    if (found && !isRelease(found)) for (const product of products) yield [product, found];
  }
  for (const each of criteria.criteria) yield* packagesOf(each, document, products);
}

/** The products that an AND asks for, by itself or as one of several. */
function productsOf(criteria: OvalCriteria, document: OvalDocument): string[] | undefined {
  const named = [criteria, ...criteria.criteria.filter((each) => each.criteria.length === 0)].flatMap(({ tests }) =>
    tests.flatMap(({ test, comment }) => {
      const found = document.test(test);
      const product = PRODUCT.exec(comment)?.[1];
      return product !== undefined && (!found || isRelease(found)) && /SUSE/i.test(product) ? [product] : [];
    }),
  );
  return named.length > 0 ? named : undefined;
}

/** Packages such as `sles-release` stand for the product. */
function isRelease({ name, version }: OvalTest): boolean {
  return name.endsWith('-release') && version !== undefined;
}

function rangeOf({ evr, version }: OvalTest): AffectedRange | undefined {
  // "version equals 0" is what no package has: not affected.
  if (!evr) return version ? undefined : {};
  if (evr.operation === 'less than' || evr.operation === '6') return { fixed: evr.value };
  return evr.operation.startsWith('greater than') ? {} : undefined;
}

/** `SUSE Linux Enterprise Server 15 SP5-LTSS`, `openSUSE Leap 15.5`. */
function ecosystemOf(product: string): string | undefined {
  if (product.startsWith('openSUSE ')) return `openSUSE:${product.slice('openSUSE '.length)}`;
  return product.startsWith('SUSE Linux ') ? `SUSE:${product.slice('SUSE '.length)}` : undefined;
}
