import type { AffectedRange, LookUpAdvisories, Rating, SourcedAdvisory } from '../advisories/advisory.ts';
import { decidingVector, severityOfScore } from '../advisories/cvss.ts';
import { inRange } from '../advisories/in-range.ts';
import { type CompareVersions, versionOrders } from '../advisories/version-order.ts';
import { ANY_STREAM } from '../advisories/osv-ecosystems.ts';
import type { AdvisoryKey } from './ecosystems.ts';
import type { VulnerabilityFinding } from './finding.ts';
import { unifyIds } from './alias-groups.ts';
import { isSameFlavour } from './build-flavour.ts';
import { withSupport } from './package-support.ts';
import { byProducts, type Concerning, isProduct } from './red-hat-products.ts';

/** What the advisories say of one package version. Pure: the same key and the same set give the same findings. */
export function judge(key: AdvisoryKey, lookUp: LookUpAdvisories): VulnerabilityFinding[] {
  const findings = new Map<string, VulnerabilityFinding>();
  const subscribed = new Set<string>();
  const spoken = isProduct(key.ecosystem)
    ? byProducts(key, lookUp, (each) => concerning(each, lookUp))
    : concerning(key, lookUp);
  for (const { ecosystem, advisory } of spoken) {
    if (advisory.status === 'not-affected' || advisory.rejected) continue;
    const same = `${advisory.feed}\0${advisory.id}`;
    const hit = affects(advisory, key.version);
    if (isSubscription(ecosystem)) {
      // Whoever has the subscription's build has its fix, whatever the free stream says.
      if (!hit && isFixed(advisory, key.version)) subscribed.add(same);
      if (hit) addSubscription(findings, same, findingOf(advisory, { ...key, ecosystem }, hit), key.version);
      continue;
    }
    if (!hit) continue;
    const finding = findingOf(advisory, { ...key, ecosystem }, hit);
    const before = findings.get(same);
    if (!before || isLater(finding, before, versionOrders[advisory.scheme])) findings.set(same, finding);
  }
  const found = [...findings].filter(([same]) => !subscribed.has(same)).map(([, finding]) => finding);
  return unifyIds(withSupport(found, key, lookUp));
}

/** Every advisory that speaks of the package: by its name, by that of its source or binary, in each of its ecosystems. */
function* concerning(key: AdvisoryKey, lookUp: LookUpAdvisories): Generator<Concerning> {
  const { ecosystem, name, sourceName, binaryName, also } = key;
  for (const each of [ecosystem, ...(also ?? [])]) {
    for (const advisory of lookUp(each, name))
      if (
        isOfBuild(advisory, key) &&
        (sourceName === undefined || sourceName === name || advisory.of !== 'source') &&
        (binaryName === undefined || binaryName === name || advisory.of !== 'binary')
      )
        yield { ecosystem: each, advisory };
    if (sourceName !== undefined && sourceName !== name)
      for (const advisory of lookUp(each, sourceName))
        if (advisory.of === 'source' && isOfBuild(advisory, key)) yield { ecosystem: each, advisory };
    if (binaryName !== undefined && binaryName !== name)
      for (const advisory of lookUp(each, binaryName))
        if (advisory.of === 'binary' && isOfBuild(advisory, key)) yield { ecosystem: each, advisory };
  }
}

/** Whether it holds for how the package was built: its module, its architecture, and what it was built for. */
function isOfBuild(advisory: SourcedAdvisory, { module, architecture, version }: AdvisoryKey): boolean {
  if (!ofModule(advisory, module)) return false;
  if (architecture !== undefined && advisory.architectures?.includes(architecture) === false) return false;
  return advisory.scheme !== 'rpm' || isSameFlavour(advisory, version);
}

/** Builds of a module are mended by fixes of their stream, others by fixes of no module; of what is not known, by any. */
function ofModule(advisory: SourcedAdvisory, module: string | undefined): boolean {
  if (module === undefined) return true;
  if (advisory.module === ANY_STREAM) return module !== '';
  return (advisory.module ?? '') === module;
}

/** Fixes of Ubuntu Pro are built for subscribers. */
function isSubscription(ecosystem: string): boolean {
  return ecosystem.startsWith('Ubuntu:Pro:');
}

function isFixed(advisory: SourcedAdvisory, version: string): boolean {
  const compare = versionOrders[advisory.scheme];
  return (advisory.ranges ?? []).some((range) => range.fixed !== undefined && compare(version, range.fixed) >= 0);
}

const SUBSCRIBER = /[+~](?:esm|fips)\d*/i;

/** A fix that only subscribers get is no fix for others; who has a build of the subscription gets the next one too. */
function addSubscription(
  findings: Map<string, VulnerabilityFinding>,
  same: string,
  finding: VulnerabilityFinding,
  version: string,
): void {
  const free = findings.get(same);
  if (free?.fixedVersion !== undefined) return;
  if (SUBSCRIBER.test(version)) {
    findings.set(same, finding);
    return;
  }
  const { fixedVersion, ...rest } = free ?? finding;
  const fixed = finding.fixedVersion ?? fixedVersion;
  findings.set(same, {
    ...rest,
    status: rest.status === 'fixed' ? 'affected' : rest.status,
    ...(fixed !== undefined && { statusDetail: `fixed in ${fixed} for subscribers of Ubuntu Pro` }),
  });
}

/** Two notices of one feed for one id: only the later fix clears both. */
function isLater(finding: VulnerabilityFinding, before: VulnerabilityFinding, compare: CompareVersions): boolean {
  if (before.fixedVersion === undefined) return false;
  return finding.fixedVersion === undefined || compare(finding.fixedVersion, before.fixedVersion) > 0;
}

interface Hit {
  readonly fixedVersion: string | undefined;
  readonly comparison: string;
}

function affects(advisory: SourcedAdvisory, version: string): Hit | undefined {
  const compare = versionOrders[advisory.scheme];
  for (const range of advisory.ranges ?? []) {
    if (!inRange(range, version, compare)) continue;
    return { fixedVersion: range.fixed, comparison: wordsOf(range, version) };
  }
  if (advisory.versions?.some((each) => compare(each, version) === 0)) {
    return { fixedVersion: fixAbove(advisory, version, compare), comparison: `${version} is named as affected` };
  }
  return undefined;
}

/** The smallest fix that is newer than the version, for records that name affected versions one by one. */
function fixAbove(advisory: SourcedAdvisory, version: string, compare: CompareVersions): string | undefined {
  return (advisory.ranges ?? [])
    .map((range) => range.fixed)
    .filter((fixed): fixed is string => fixed !== undefined && compare(fixed, version) > 0)
    .sort(compare)[0];
}

function wordsOf(range: AffectedRange, version: string): string {
  const from =
    range.after !== undefined
      ? `${range.after} < `
      : range.introduced !== undefined && range.introduced !== '0'
        ? `${range.introduced} ≤ `
        : '';
  if (range.fixed !== undefined) return `${from}${version} < ${range.fixed}`;
  if (range.lastAffected !== undefined) return `${from}${version} ≤ ${range.lastAffected}`;
  if (range.limit !== undefined) return `${from}${version} < ${range.limit}, which is not said to be affected`;
  return from ? `${from}${version}, no fix yet` : `every version up to ${version}, no fix yet`;
}

function published({ publishedAt, cvePublishedAt }: SourcedAdvisory): { publishedAt?: string } {
  const at = publishedAt ?? cvePublishedAt;
  return at === undefined ? {} : { publishedAt: at };
}

/** The vendor's word first, then the vector of the record, then what catalogues of CVEs say. */
function ratingsOf(advisory: SourcedAdvisory): Rating[] {
  const own = advisory.severity && advisory.severity !== 'unknown' ? advisory.severity : undefined;
  const vector = decidingVector(advisory.cvss ?? []);
  const scored = vector && {
    severity: severityOfScore(vector.score, vector.version),
    vector: vector.vector,
    score: vector.score,
  };
  const source = advisory.severitySource ?? advisory.feed;
  const ratings: Rating[] = [];
  if (own) ratings.push({ source, severity: own, ...(scored?.severity === own && scored) });
  if (scored && scored.severity !== own)
    ratings.push({ source: `${advisory.feed}, CVSS ${vector.version}`, ...scored });
  return [...ratings, ...(advisory.ratings ?? [])];
}

function findingOf(advisory: SourcedAdvisory, key: AdvisoryKey, hit: Hit): VulnerabilityFinding {
  const ids = [advisory.id, ...(advisory.aliases ?? [])];
  const id = advisory.id.startsWith('CVE-')
    ? advisory.id
    : (ids.find((each) => each.startsWith('CVE-')) ?? advisory.id);
  const status = advisory.status as VulnerabilityFinding['status'];
  const ratings = ratingsOf(advisory);
  const [rating] = ratings;
  const cvss = [...new Set([...(advisory.cvss ?? []), ...ratings.flatMap((each) => each.vector ?? [])])];
  return {
    kind: 'vulnerability',
    id,
    aliases: ids.filter((each) => each !== id),
    severity: rating?.severity ?? 'unknown',
    severitySource: rating?.source ?? advisory.feed,
    ...(ratings.length > 1 && { severities: ratings }),
    status: hit.fixedVersion !== undefined ? 'fixed' : status === 'fixed' ? 'affected' : status,
    ...(advisory.statusDetail && { statusDetail: advisory.statusDetail }),
    ...(hit.fixedVersion !== undefined && { fixedVersion: hit.fixedVersion }),
    ...(advisory.exploited === true && { exploited: true as const }),
    ...published(advisory),
    ...(advisory.summary && { summary: advisory.summary }),
    ...(cvss.length > 0 && { cvss }),
    references: advisory.references ?? [],
    feed: advisory.feed,
    recordId: advisory.id,
    judged: {
      ecosystem: key.ecosystem,
      name: nameIn(key, advisory),
      version: key.version,
    },
    comparison: hit.comparison,
  };
}

/** The name under which the record speaks of the package. */
function nameIn({ name, sourceName, binaryName }: AdvisoryKey, { of }: SourcedAdvisory): string {
  if (of === 'source') return sourceName ?? name;
  return of === 'binary' ? (binaryName ?? name) : name;
}
