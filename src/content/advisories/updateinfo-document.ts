import type { Advisory, Severity } from './advisory.ts';
import type { FeedContent, FeedFile } from './feed.ts';
import { contentOf, EntryBook, feedTexts, headText, newTally } from './feed-records.ts';
import { xmlTokens } from './xml-elements.ts';

/** A package that an update brings. */
export interface UpdatePackage {
  readonly name: string;
  /** `epoch:version-release`. */
  readonly version: string;
  readonly architecture: string;
  /** `name:stream` of the module whose packages it stands among. */
  readonly module: string | undefined;
}

/** One notice of a repository's `updateinfo.xml`, as createrepo_c writes and dnf reads it. */
export interface Update {
  id: string;
  type: string;
  title: string;
  severity: string;
  issuedAt: string;
  updatedAt: string;
  readonly references: { readonly id: string; readonly type: string; readonly url: string; readonly title: string }[];
  readonly packages: UpdatePackage[];
}

const TEXTS: ReadonlySet<string> = new Set(['id', 'title', 'severity']);

/** Whether a file begins as an `updateinfo.xml` whose first notice has an id of this form. */
export function isUpdateInfo(file: FeedFile, id: RegExp): boolean {
  const head = headText(file, 16_384);
  return /<updates[\s>]/.test(head) && id.test(/<id>\s*([^<\s]+)/.exec(head)?.[1] ?? '');
}

/** Reads notices one by one. Throws `content-malformed`. */
export function* readUpdates(text: string): Generator<Update> {
  let update: Update | undefined;
  let module: string | undefined;
  let inside = '';
  for (const token of xmlTokens(text)) {
    if (token.kind === 'text') {
      if (update && TEXTS.has(inside)) update[inside as 'id' | 'title' | 'severity'] += token.text.trim();
      continue;
    }
    if (token.kind === 'end') {
      inside = '';
      if (token.name === 'collection') module = undefined;
      if (token.name === 'update' && update) {
        yield update;
        update = undefined;
      }
      continue;
    }
    const of = (name: string) => token.attributes.get(name) ?? '';
    inside = token.name;
    switch (token.name) {
      case 'update':
        update = {
          id: '',
          type: of('type'),
          title: '',
          severity: '',
          issuedAt: '',
          updatedAt: '',
          references: [],
          packages: [],
        };
        break;
      case 'issued':
        if (update) update.issuedAt = of('date');
        break;
      case 'updated':
        if (update) update.updatedAt = of('date');
        break;
      case 'reference':
        update?.references.push({ id: of('id'), type: of('type'), url: of('href'), title: of('title') });
        break;
      case 'module':
        module = `${of('name')}:${of('stream')}`;
        break;
      case 'package':
        if (of('name') !== '' && of('version') !== '')
          update?.packages.push({
            name: of('name'),
            version: `${/^[1-9]\d*$/.test(of('epoch')) ? `${of('epoch')}:` : ''}${of('version')}-${of('release')}`,
            architecture: of('arch'),
            module,
          });
        break;
    }
  }
}

/** What makes one publisher's notices into advisories. */
export interface UpdateInfoRules {
  readonly publisher: string;
  /** Notices of these ids are its own. */
  readonly id: RegExp;
  /** The ecosystem of a package of a notice; none where it is of no release that is known. */
  ecosystemOf(update: Update, found: UpdatePackage): string | undefined;
  /** The page of a notice. */
  pageOf(update: Update): string;
  /** The part of a file, by its ecosystems. */
  partOf?(ecosystems: readonly string[]): string | undefined;
}

const SEVERITIES: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  important: 'high',
  high: 'high',
  moderate: 'medium',
  medium: 'medium',
  low: 'low',
};

/** Security notices as advisories: each CVE of a notice with each binary package that it brings. */
export async function readUpdateInfo(files: AsyncIterable<FeedFile>, rules: UpdateInfoRules): Promise<FeedContent> {
  const book = new EntryBook<Advisory>();
  const tally = newTally();
  for await (const { text } of feedTexts(files, tally.refused)) {
    if (!/<updates[\s>]/.test(text.slice(0, 16_384))) continue;
    for (const update of readUpdates(text)) {
      tally.records++;
      const reason = addUpdate(book, update, rules);
      if (reason !== undefined) tally.refused.push({ id: update.id || `update ${tally.records}`, reason });
      const at = instantOf(update.updatedAt || update.issuedAt);
      if (at !== undefined && at > tally.newestAt) tally.newestAt = at;
    }
  }
  const ecosystems = [...new Set(book.all().map((each) => each.ecosystem))];
  return contentOf(book.all(), tally, rules.partOf?.(ecosystems));
}

function addUpdate(book: EntryBook<Advisory>, update: Update, rules: UpdateInfoRules): string | undefined {
  if (!rules.id.test(update.id)) return `no notice of ${rules.publisher}`;
  if (update.type !== '' && update.type !== 'security') return 'a notice of something that is no vulnerability';
  const cves = [
    ...new Set(update.references.flatMap(({ id, title }) => `${id} ${title}`.match(/\bCVE-\d{4}-\d{4,}\b/g) ?? [])),
  ];
  const severity = SEVERITIES[update.severity.toLowerCase()];
  const publishedAt = instantOf(update.issuedAt);
  let any = false;
  const all = new Set(update.packages.map((each) => each.architecture).filter(isMachine));
  const groups = Map.groupBy(update.packages, ({ name, version, module }) => `${name}\0${version}\0${module ?? ''}`);
  for (const some of groups.values()) {
    const found = some[0]!;
    const ecosystem = found.architecture === 'src' && some.length === 1 ? undefined : rules.ecosystemOf(update, found);
    if (ecosystem === undefined) continue;
    any = true;
    const own = [...new Set(some.map((each) => each.architecture))].filter(isMachine).sort();
    for (const id of cves.length > 0 ? cves : [update.id])
      book.add(ecosystem, found.name, {
        id,
        ...(id !== update.id && { aliases: [update.id] }),
        status: 'fixed',
        scheme: 'rpm',
        of: 'binary',
        ...(found.module !== undefined && { module: found.module }),
        ...(own.length > 0 &&
          own.length < all.size &&
          !some.some((each) => each.architecture === 'noarch') && { architectures: own }),
        ranges: [{ fixed: found.version }],
        ...(severity && { severity, severitySource: rules.publisher }),
        summary: update.title.slice(0, 300),
        ...(publishedAt !== undefined && { publishedAt }),
        references: [rules.pageOf(update)],
      });
  }
  return any ? undefined : 'it brings no package of a release that is known';
}

/** Architectures of machines; packages of `noarch` are for all of them, sources for none. */
function isMachine(architecture: string): boolean {
  return architecture !== '' && architecture !== 'noarch' && architecture !== 'src';
}

/** `2021-08-13 17:31`, `2026-03-17T16:22:44Z`, or seconds since 1970, as RFC 3339. */
function instantOf(text: string): string | undefined {
  if (/^\d{9,11}$/.test(text)) return new Date(Number(text) * 1000).toISOString();
  const found = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?/.exec(text);
  if (!found) return undefined;
  const time = found[2] ?? '00:00:00';
  return `${found[1]}T${time.length === 5 ? `${time}:00` : time}Z`;
}
