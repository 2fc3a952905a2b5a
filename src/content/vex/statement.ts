/** What somebody says of one vulnerability in some products (VEX, "Minimum Requirements" of CISA). */
export interface VexStatement {
  /** The vulnerability by all names that the document gives it. */
  readonly ids: readonly string[];
  readonly status: VexStatus;
  /** Package URLs, digests or names of what it is about; empty: whatever the document is applied to. */
  readonly products: readonly string[];
  /** Packages inside the products; empty: the products themselves. */
  readonly subcomponents: readonly string[];
  /** Machine-readable reason: `vulnerable_code_not_present` … */
  readonly justification?: string;
  /** Words of the author: impact, notes or action. */
  readonly detail?: string;
  readonly author?: string;
  readonly timestamp?: string;
}

export type VexStatus = 'not-affected' | 'affected' | 'fixed' | 'under-investigation';

/** What a statement is held against: a finding's vulnerability, its package and the image it is in. */
export interface VexSubject {
  readonly ids: readonly string[];
  readonly packagePurl: string;
  /** Of the image: reference, digest, package URLs. */
  readonly image: readonly string[];
}

/** What takes a finding out of the count; what is affected or looked into keeps standing. */
export function setsAside({ status }: Pick<VexStatement, 'status'>): boolean {
  return status === 'not-affected' || status === 'fixed';
}

/**
 * The statement that decides among those that speak of one finding: the newest. Of two of the same time that contradict
 * each other the one that lets the finding stand; one that does not say when it was made is older than all that do.
 */
export function deciding<S extends { readonly statement: VexStatement }>(all: readonly S[]): S | undefined {
  return all.reduce<S | undefined>((best, each) => {
    if (!best) return each;
    const difference = madeAt(each.statement) - madeAt(best.statement);
    if (difference !== 0) return difference > 0 ? each : best;
    return setsAside(best.statement) ? each : best;
  }, undefined);
}

/** Milliseconds UTC; 0 where the statement does not say. */
export function madeAt({ timestamp }: Pick<VexStatement, 'timestamp'>): number {
  const at = Date.parse(timestamp ?? '');
  return Number.isFinite(at) ? at : 0;
}

/** Whether a statement names the image itself, by any of its names. */
export function namesImage({ products }: Pick<VexStatement, 'products'>, image: readonly string[]): boolean {
  return products.some((given) => image.some((each) => given === each || sameImage(given, each)));
}

/** Whether a statement speaks of a finding. An image that is named without packages means all of them. */
export function speaksOf(statement: VexStatement, subject: VexSubject): boolean {
  if (!statement.ids.some((id) => subject.ids.includes(id))) return false;
  const { products, subcomponents } = statement;
  const names = (given: string, of: string) => given === of || samePackage(given, of);
  const isPackage = (given: string) => names(given, subject.packagePurl);
  if (subcomponents.length > 0)
    return subcomponents.some(isPackage) && (products.length === 0 || namesImage(statement, subject.image));
  return products.length === 0 || namesImage(statement, subject.image) || products.some(isPackage);
}

/** One package URL names another when type, name space and name agree, and what it says of version and qualifiers. */
function samePackage(given: string, of: string): boolean {
  const a = parse(given);
  const b = parse(of);
  if (!a || !b || a.path !== b.path) return false;
  if (a.version !== undefined && a.version !== b.version) return false;
  return [...a.qualifiers].every(
    ([name, value]) => b.qualifiers.get(name) === undefined || b.qualifiers.get(name) === value,
  );
}

/** `pkg:oci/app@sha256%3A…` names an image by digest; one without a version names every image of that name. */
function sameImage(given: string, of: string): boolean {
  const a = parse(given);
  const b = parse(of);
  if (a?.path.startsWith('oci/') && b?.path.startsWith('oci/'))
    return a.version === undefined ? a.path === b.path : a.version === b.version;
  return a?.path.startsWith('oci/') === true && a.version !== undefined && a.version === of;
}

interface Purl {
  readonly path: string;
  readonly version: string | undefined;
  readonly qualifiers: ReadonlyMap<string, string>;
}

function parse(text: string): Purl | undefined {
  const match = /^pkg:([^@?#]+)(?:@([^?#]*))?(?:\?([^#]*))?/.exec(text);
  if (!match) return undefined;
  return {
    path: decode(match[1]!).replace(/^\/+/, ''),
    version: match[2] === undefined || match[2] === '' ? undefined : decode(match[2]),
    qualifiers: new Map(
      (match[3] ?? '')
        .split('&')
        .filter((each) => each.includes('='))
        .map((each) => [each.slice(0, each.indexOf('=')), decode(each.slice(each.indexOf('=') + 1))] as const),
    ),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
