import { type LookUpAdvisories, REPOSITORIES, type SourcedAdvisory } from '../advisories/advisory.ts';
import { canonicalEcosystem } from '../advisories/osv-ecosystems.ts';
import type { AdvisoryKey } from './ecosystems.ts';

/** Stands in an index of packages for every product of Red Hat. */
export const ANY_PRODUCT = 'Red Hat';

/** Whether advisories of this ecosystem are about a product of Red Hat. */
export function isProduct(ecosystem: string): boolean {
  return ecosystem.startsWith(`${ANY_PRODUCT}:`);
}

/** An advisory that speaks of a package, with the ecosystem it was found under. */
export interface Concerning {
  readonly ecosystem: string;
  readonly advisory: SourcedAdvisory;
}

/** Products that get fixes of one minor release for longer: `rhel_eus:9.2`. */
const STREAM = /^Red Hat:(?:rhel|enterprise_linux)_[a-z0-9_]+:(\d+)\.(\d+)/;

/**
 * What speaks of a package of a Red Hat image, by the products its repositories belong to (Red Hat's guidance for scanning
 * vendors, "CPE matching logic"). The main release is always one of them. Where an image draws from the stream of a minor
 * release, that stream decides of what it speaks; of the rest the main release does, whose later builds are then no fix
 * that the image could get. Products that none of its repositories belong to are not looked at.
 */
export function* byProducts(
  key: AdvisoryKey,
  lookUp: LookUpAdvisories,
  concerning: (key: AdvisoryKey) => Iterable<Concerning>,
): Generator<Concerning> {
  const ecosystems = productEcosystems(key.repositories ?? [], lookUp);
  const streams = streamsOf(key, ecosystems);
  const spoken = new Set<string>();
  for (const ecosystem of ecosystems) {
    if (ecosystem === key.ecosystem || (STREAM.test(ecosystem) && !streams.has(ecosystem))) continue;
    for (const each of concerning({ ...key, ecosystem, also: [] })) {
      if (streams.has(ecosystem)) spoken.add(`${each.advisory.feed}\0${each.advisory.id}`);
      yield each;
    }
  }
  const main = [...concerning(key)].filter(({ advisory }) => !spoken.has(`${advisory.feed}\0${advisory.id}`));
  const minor = streams.size === 0 ? undefined : Math.max(...[...streams].map((each) => Number(STREAM.exec(each)![2])));
  for (const same of Map.groupBy(main, ({ advisory }) => `${advisory.feed}\0${advisory.id}`).values())
    for (const each of decidingBuilds(same, key.version, minor))
      yield minor === undefined ? each : { ...each, advisory: withinStream(each.advisory, minor) };
}

/**
 * The main release mends a vulnerability in each minor release that gets fixes at the time: of several builds the one of
 * the package's own minor release decides, in a stream else the newest that the stream can have.
 */
function decidingBuilds(
  same: readonly Concerning[],
  version: string,
  stream: number | undefined,
): readonly Concerning[] {
  if (same.length === 1) return same;
  const fixesOf = (minor: number) => same.filter(({ advisory }) => fixMinorOf(advisory) === minor);
  const own = minorOf(version);
  const ofOwn = own === undefined ? [] : fixesOf(own);
  if (ofOwn.length > 0) return ofOwn;
  if (stream === undefined) return same;
  const within = same.flatMap(({ advisory }) => fixMinorOf(advisory) ?? []).filter((each) => each <= stream);
  return within.length > 0 ? fixesOf(Math.max(...within)) : same;
}

/** The minor release that a fix was built for. */
function fixMinorOf({ ranges }: SourcedAdvisory): number | undefined {
  const fixed = ranges?.find((each) => each.fixed !== undefined)?.fixed;
  return fixed === undefined ? undefined : minorOf(fixed);
}

/** Every ecosystem of the repositories; none where the mapping is not at hand, or knows none of them. */
function productEcosystems(repositories: readonly string[], lookUp: LookUpAdvisories): Set<string> {
  const products = repositories.flatMap((each) =>
    each.startsWith('cpe:/')
      ? [each]
      : lookUp(REPOSITORIES, each).flatMap((advisory) => (advisory.id === each ? (advisory.products ?? []) : [])),
  );
  return new Set([...new Set(products)].flatMap(spellingsOf));
}

/** Fixes name a product with its channel and minor release, what is unfixed only with its major one. */
function spellingsOf(cpe: string): string[] {
  const product = canonicalEcosystem(`Red Hat:${cpe.replace(/^cpe:\/[aoh]:redhat:/, '')}`);
  const bare = product.split('::', 1)[0]!;
  return [...new Set([product, bare, bare.replace(/(:\d+)\.[^:]*$/, '$1')])];
}

/** The streams that a package is of: by the tag of its build (`el9_2`) where the image also draws from the main release. */
function streamsOf(key: AdvisoryKey, ecosystems: ReadonlySet<string>): Set<string> {
  const streams = [...ecosystems].filter((each) => STREAM.test(each));
  const minor = minorOf(key.version);
  const own = streams.filter((each) => minor !== undefined && Number(STREAM.exec(each)![2]) === minor);
  if (own.length > 0) return new Set(own);
  return new Set(ecosystems.has(key.ecosystem) ? [] : streams);
}

/** The minor release that a version was built for: 4 of `3.0.7-27.el9_4`. */
function minorOf(version: string): number | undefined {
  const found = /\.el\d+_(\d+)/.exec(version)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** A fix that was built for a later minor release is none for who stays with an earlier one. */
function withinStream(advisory: SourcedAdvisory, minor: number): SourcedAdvisory {
  const later = advisory.ranges?.find(({ fixed }) => fixed !== undefined && (minorOf(fixed) ?? 0) > minor)?.fixed;
  if (later === undefined) return advisory;
  const ranges = advisory.ranges?.map(({ fixed, ...range }) => ({
    ...range,
    ...(fixed !== undefined && ((minorOf(fixed) ?? 0) > minor ? { limit: fixed } : { fixed })),
  }));
  return {
    ...advisory,
    status: 'affected',
    statusDetail: `fixed in ${later} of the main release, not in the stream of this minor release`,
    ...(ranges && { ranges }),
  };
}
