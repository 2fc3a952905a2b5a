/**
 * Orders version texts for choosing among versions that a feed names as fixed: epoch first, then digits as numbers and
 * `~` before everything, as Debian Policy 5.6.12 orders them. Judging affectedness is the server's, never done here.
 */
export function compareVersions(a: string, b: string): number {
  const [epochA, restA] = splitEpoch(a);
  const [epochB, restB] = splitEpoch(b);
  return epochA - epochB || compareParts(restA, restB);
}

function splitEpoch(version: string): [number, string] {
  const cut = version.indexOf(':');
  const epoch = cut > 0 ? Number(version.slice(0, cut)) : Number.NaN;
  return Number.isInteger(epoch) ? [epoch, version.slice(cut + 1)] : [0, version];
}

function compareParts(a: string, b: string): number {
  const partsA = a.match(/\d+|\D/g) ?? [];
  const partsB = b.match(/\d+|\D/g) ?? [];
  for (let i = 0; i < Math.max(partsA.length, partsB.length); i++) {
    const order = weigh(partsA[i], partsB[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function weigh(a: string | undefined, b: string | undefined): number {
  if (a !== undefined && b !== undefined && /^\d/.test(a) && /^\d/.test(b)) {
    const x = BigInt(a);
    const y = BigInt(b);
    return x < y ? -1 : x > y ? 1 : 0;
  }
  return rank(a) - rank(b);
}

/** `~` before the end, the end before digits, letters before other signs. */
function rank(part: string | undefined): number {
  if (part === '~') return -1;
  if (part === undefined) return 0;
  if (/^\d/.test(part)) return 1;
  const code = part.codePointAt(0) ?? 0;
  return /[A-Za-z]/.test(part) ? code : code + 256;
}

export function newest(versions: readonly string[]): string | undefined {
  return versions.reduce<string | undefined>(
    (best, each) => (best === undefined || compareVersions(each, best) > 0 ? each : best),
    undefined,
  );
}
