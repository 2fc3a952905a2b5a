import type { AffectedRange } from './advisory.ts';
import type { CompareVersions } from './version-order.ts';

/** One end of a run of versions. */
export interface Bound {
  readonly version: string;
  readonly inclusive: boolean;
}

/** A run of versions; an end that is absent is open. */
export interface Interval {
  readonly from?: Bound;
  readonly to?: Bound;
}

/** The versions that are in both, none when there are none. */
export function intersect(a: Interval, b: Interval, compare: CompareVersions): Interval | undefined {
  const from = later(a.from, b.from, compare);
  const to = earlier(a.to, b.to, compare);
  if (from && to) {
    const order = compare(from.version, to.version);
    if (order > 0 || (order === 0 && !(from.inclusive && to.inclusive))) return undefined;
  }
  return { ...(from && { from }), ...(to && { to }) };
}

function later(a: Bound | undefined, b: Bound | undefined, compare: CompareVersions): Bound | undefined {
  if (!a || !b) return a ?? b;
  const order = compare(a.version, b.version);
  return order > 0 || (order === 0 && !a.inclusive) ? a : b;
}

function earlier(a: Bound | undefined, b: Bound | undefined, compare: CompareVersions): Bound | undefined {
  if (!a || !b) return a ?? b;
  const order = compare(a.version, b.version);
  return order < 0 || (order === 0 && !a.inclusive) ? a : b;
}

/**
 * What is affected where a source names the good versions: everything but `patched` and `unaffected`. A run that ends at
 * a patched version is fixed there; one that ends at versions that never had it only ends.
 */
export function affectedBetween(
  patched: readonly Interval[],
  unaffected: readonly Interval[],
  compare: CompareVersions,
): AffectedRange[] {
  const good = [
    ...patched.map((each) => ({ ...each, fixes: true })),
    ...unaffected.map((each) => ({ ...each, fixes: false })),
  ].sort((a, b) => compareFrom(a.from, b.from, compare));
  const ranges: AffectedRange[] = [];
  // The affected run that is open: from the start when `undefined`.
  let open: { from: Bound | undefined } | undefined = { from: undefined };
  for (const each of good) {
    if (!open) break;
    if (each.from && isRun(open.from, each.from, compare)) {
      const end = each.from.inclusive
        ? each.fixes
          ? { fixed: each.from.version }
          : { limit: each.from.version }
        : { lastAffected: each.from.version };
      ranges.push({ ...startOf(open.from), ...end });
    }
    if (!each.to) open = undefined;
    else {
      const next: Bound = { version: each.to.version, inclusive: !each.to.inclusive };
      if (!open.from || isAfter(next, open.from, compare)) open = { from: next };
    }
  }
  if (open) ranges.push(startOf(open.from));
  return ranges;
}

function isAfter(a: Bound, b: Bound, compare: CompareVersions): boolean {
  const order = compare(a.version, b.version);
  return order > 0 || (order === 0 && !a.inclusive);
}

/** Whether any version lies between the start of an open run and the first good version. */
function isRun(from: Bound | undefined, good: Bound, compare: CompareVersions): boolean {
  if (!from) return true;
  const order = compare(from.version, good.version);
  return order < 0 || (order === 0 && from.inclusive && !good.inclusive);
}

function compareFrom(a: Bound | undefined, b: Bound | undefined, compare: CompareVersions): number {
  if (!a || !b) return Number(a !== undefined) - Number(b !== undefined);
  return compare(a.version, b.version) || Number(b.inclusive) - Number(a.inclusive);
}

function startOf(from: Bound | undefined): AffectedRange {
  if (!from) return {};
  return from.inclusive ? { introduced: from.version } : { after: from.version };
}

/** A run of affected versions as advisories keep it. */
export function toRange({ from, to }: Interval): AffectedRange {
  return { ...startOf(from), ...(to && (to.inclusive ? { lastAffected: to.version } : { fixed: to.version })) };
}

/**
 * The affected versions without the good ones. A run ends fixed at the next good version, also where the affected ones
 * end before it; where no good version follows, it only ends.
 */
export function without(
  bad: readonly Interval[],
  good: readonly Interval[],
  compare: CompareVersions,
): AffectedRange[] {
  const gaps = affectedBetween(good, [], compare).map(fromRange);
  const starts = good.flatMap((each) => (each.from?.inclusive ? [each.from.version] : [])).sort(compare);
  return bad.flatMap((run) =>
    gaps.flatMap((gap) => {
      const cut = intersect(run, gap, compare);
      if (!cut) return [];
      const start = startOf(cut.from);
      if (!cut.to) return [start];
      const { version, inclusive } = cut.to;
      const fix = starts.find((each) => compare(each, version) >= 0);
      if (inclusive) return [{ ...start, lastAffected: version, ...(fix !== undefined && { fixed: fix }) }];
      if (fix === undefined) return [{ ...start, limit: version }];
      return [compare(fix, version) === 0 ? { ...start, fixed: fix } : { ...start, limit: version, fixed: fix }];
    }),
  );
}

function fromRange({ introduced, after, fixed, limit, lastAffected }: AffectedRange): Interval {
  const start = introduced ?? after;
  const end = fixed ?? limit ?? lastAffected;
  return {
    ...(start !== undefined && { from: { version: start, inclusive: introduced !== undefined } }),
    ...(end !== undefined && { to: { version: end, inclusive: fixed === undefined && limit === undefined } }),
  };
}
