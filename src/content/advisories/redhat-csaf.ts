import { z } from 'zod';
import type { Advisory, AdvisoryStatus, Severity } from './advisory.ts';
import { type CsafPackage, CsafProducts, productTreeSchema } from './csaf-products.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedRecords, firstRecord, headText, reasonOf, newTally } from './feed-records.ts';

const ids = z.array(z.string()).optional();
const remediation = z.object({
  category: z.string(),
  details: z.string().optional(),
  url: z.string().optional(),
  product_ids: ids,
});
const vulnerabilitySchema = z.object({
  cve: z.string().optional(),
  title: z.string().optional(),
  notes: z.array(z.object({ category: z.string(), text: z.string() })).optional(),
  product_status: z
    .object({ fixed: ids, known_affected: ids, known_not_affected: ids, under_investigation: ids })
    .optional(),
  remediations: z.array(remediation).optional(),
  scores: z.array(z.object({ cvss_v3: z.object({ vectorString: z.string() }).optional(), products: ids })).optional(),
  threats: z.array(z.object({ category: z.string(), details: z.string(), product_ids: ids })).optional(),
});
const documentSchema = z.object({
  document: z.object({
    category: z.enum(['csaf_vex', 'csaf_security_advisory']),
    title: z.string().optional(),
    aggregate_severity: z.object({ text: z.string() }).optional(),
    tracking: z.object({
      id: z.string(),
      current_release_date: z.string().optional(),
      initial_release_date: z.string().optional(),
      status: z.string().optional(),
    }),
  }),
  product_tree: productTreeSchema.optional(),
  vulnerabilities: z.array(vulnerabilitySchema).optional(),
});
type Document = z.infer<typeof documentSchema>;
type Vulnerability = z.infer<typeof vulnerabilitySchema>;

const HEAD = /"category"\s*:\s*"csaf_(?:vex|security_advisory)"/;

/**
 * Red Hat's VEX files and security advisories (CSAF 2.0), one document a file: product and component → status. Fixed
 * components name binary packages with their versions, unfixed ones source packages; the repositories of one product are
 * taken together. Container images and other things that are no rpm packages are passed over.
 */
export const redHatCsaf: FeedReader = {
  name: 'redhat',
  sources: [
    {
      url: 'https://security.access.redhat.com/data/csaf/v2/vex/archive_latest.txt',
      ecosystems: ['Red Hat'],
      leads: 'name',
      increments: 'red-hat',
    },
  ],
  licence: 'CC-BY-4.0 (Red Hat Product Security)',
  recognises: (file) => {
    const head = headText(file, 65_536);
    if (!HEAD.test(head)) return false;
    return /access\.redhat\.com|Red Hat/.test(head) || documentSchema.safeParse(firstRecord(file)).success;
  },
  async read(files) {
    const book = new EntryBook<Advisory>();
    const seen = new Set<string>();
    const tally = newTally();
    const { refused } = tally;
    for await (const { name, value } of feedRecords(files, refused)) {
      tally.records++;
      const found = documentSchema.safeParse(value);
      if (!found.success) {
        refused.push({ id: name, reason: reasonOf(found.error) });
        continue;
      }
      const { tracking } = found.data.document;
      tally.ids.push(tracking.id, ...(found.data.vulnerabilities ?? []).flatMap(({ cve }) => cve ?? []));
      if (tracking.current_release_date && tracking.current_release_date > tally.newestAt)
        tally.newestAt = tracking.current_release_date;
      if ((found.data.document.title ?? '').startsWith('REJECTED CVE')) tally.withdrawn++;
      else if (!addDocument(book, seen, found.data))
        refused.push({ id: tracking.id, reason: 'it speaks of no rpm package of a product' });
    }
    return contentOf(book.all(), tally);
  },
  recordOf: (_entry, { id }) => id,
};

function addDocument(book: EntryBook<Advisory>, seen: Set<string>, document: Document): boolean {
  const products = new CsafProducts(document.product_tree ?? {});
  let any = false;
  for (const vulnerability of document.vulnerabilities ?? []) {
    const id = vulnerability.cve ?? document.document.tracking.id;
    for (const [ecosystem, name, advisory] of advisoriesOf(id, document, vulnerability, products)) {
      any = true;
      const { status, ranges, module = '' } = advisory;
      const key = [ecosystem, name, advisory.id, status, ranges?.[0]?.fixed ?? '', module].join('\0');
      if (seen.has(key)) continue;
      seen.add(key);
      book.add(ecosystem, name, advisory);
    }
    const named = vulnerability.product_status?.known_not_affected ?? [];
    any ||= named.some((each) => products.packageOf(each) !== undefined);
  }
  return any;
}

function* advisoriesOf(
  id: string,
  document: Document,
  vulnerability: Vulnerability,
  products: CsafProducts,
): Generator<readonly [string, string, Advisory]> {
  const status = vulnerability.product_status;
  const remediations = vulnerability.remediations ?? [];
  const byProduct = new Map(remediations.flatMap((each) => (each.product_ids ?? []).map((id) => [id, each] as const)));
  const fixing = new Map(
    remediations
      .filter((each) => each.category === 'vendor_fix')
      .flatMap((each) => (each.product_ids ?? []).map((id) => [id, each] as const)),
  );
  const lacking = new Map(
    remediations
      .filter((each) => each.category === 'no_fix_planned' || each.category === 'none_available')
      .flatMap((each) => (each.product_ids ?? []).map((id) => [id, each] as const)),
  );
  const innocent = new Set(status?.known_not_affected);
  const common = commonOf(id, document, vulnerability);
  const fixed = [...new Set([...(status?.fixed ?? []), ...fixing.keys()])].filter((each) => !innocent.has(each));
  const binaries = new Set(
    fixed.flatMap((each) => {
      const found = products.packageOf(each);
      return found && !found.source ? [found.ecosystem] : [];
    }),
  );
  for (const each of fixed) {
    const found = products.packageOf(each);
    // The sources of an erratum stand beside its binary packages, which say it exactly.
    if (!found || (found.source && binaries.has(found.ecosystem))) continue;
    if (found.version === undefined) {
      // A fix whose version is not named cannot be seen in what is installed.
      const named = {
        ...openOf(found, 'affected', undefined, undefined),
        statusDetail: 'fixed in a version not named',
      };
      yield [found.ecosystem, found.name, { ...common(each), ...named }];
      continue;
    }
    const errata = erratumOf(fixing.get(each)?.url) ?? erratumOf(document.document.tracking.id);
    yield [
      found.ecosystem,
      found.name,
      {
        ...common(each),
        ...(errata !== undefined && errata !== id && { aliases: [errata] }),
        status: 'fixed',
        of: found.source ? 'source' : 'binary',
        ...(found.module !== undefined && { module: found.module }),
        ranges: [{ fixed: found.version }],
      },
    ];
  }
  const open = new Map<string, AdvisoryStatus>([
    ...(status?.under_investigation ?? []).map((each) => [each, 'under-investigation'] as const),
    ...[...(status?.known_affected ?? []), ...lacking.keys()].map((each) => [each, 'affected'] as const),
  ]);
  for (const [each, what] of open) {
    const found = products.packageOf(each);
    if (!found || innocent.has(each) || fixed.includes(each)) continue;
    const words = lacking.get(each) ?? byProduct.get(each);
    yield [found.ecosystem, found.name, { ...common(each), ...openOf(found, what, words?.category, words?.details) }];
  }
}

function openOf(
  found: CsafPackage,
  status: AdvisoryStatus,
  category: string | undefined,
  details: string | undefined,
): Pick<Advisory, 'status' | 'of' | 'module' | 'ranges' | 'statusDetail'> {
  const said = category === 'no_fix_planned' || category === 'none_available' ? (details ?? '') : '';
  return {
    status: status === 'affected' ? (STATUS[said.toLowerCase()] ?? status) : status,
    of: found.source ? 'source' : 'binary',
    ...(found.module !== undefined && { module: found.module }),
    ranges: [{}],
    ...(said && { statusDetail: said.slice(0, 200) }),
  };
}

/** What Red Hat says of components that it has not fixed. */
const STATUS: Readonly<Record<string, AdvisoryStatus>> = {
  'out of support scope': 'end-of-life',
  'will not fix': 'will-not-fix',
  'fix deferred': 'deferred',
  affected: 'affected',
  'under investigation': 'under-investigation',
};

const IMPACT: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  important: 'high',
  moderate: 'medium',
  low: 'low',
};

function commonOf(
  id: string,
  document: Document,
  vulnerability: Vulnerability,
): (product: string) => Pick<Advisory, 'id' | 'scheme' | 'severity' | 'severitySource'> {
  const impacts = new Map<string, string>();
  for (const threat of vulnerability.threats ?? [])
    if (threat.category === 'impact') for (const each of threat.product_ids ?? []) impacts.set(each, threat.details);
  const vectors = new Map<string, string>();
  for (const score of vulnerability.scores ?? [])
    if (score.cvss_v3) for (const each of score.products ?? []) vectors.set(each, score.cvss_v3.vectorString);
  const overall = document.document.aggregate_severity?.text;
  const published = document.document.tracking.initial_release_date;
  const summary = (vulnerability.title ?? document.document.title ?? '').slice(0, 300);
  return (each) => {
    const severity = IMPACT[(impacts.get(each) ?? overall ?? '').toLowerCase()];
    const vector = vectors.get(each);
    return {
      id,
      scheme: 'rpm',
      ...(severity && { severity, severitySource: 'Red Hat' }),
      ...(vector !== undefined && { cvss: [vector] }),
      ...(summary && { summary }),
      ...(id.startsWith('CVE-') && { references: [`https://access.redhat.com/security/cve/${id}`] }),
      ...(published !== undefined && { publishedAt: published }),
    };
  };
}

function erratumOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : /\bRH[SBE]A-\d{4}:\d+/.exec(text)?.[0];
}
