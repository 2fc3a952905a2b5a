import type { AffectedRange } from './advisory.ts';
import { type VersionScheme, versionOrders } from './version-order.ts';

/** One event of a range; exactly one member is set. */
export interface OsvEvent {
  readonly introduced?: string;
  readonly fixed?: string;
  readonly last_affected?: string;
  readonly limit?: string;
}

interface Step {
  readonly kind: keyof OsvEvent;
  readonly version: string;
}

const RANK: Readonly<Record<keyof OsvEvent, number>> = { fixed: 0, limit: 1, introduced: 2, last_affected: 3 };

/**
 * Runs of affected versions of one range (OSV schema, "Evaluation"): events sorted by version are a state machine;
 * `introduced` opens a run, the others close it, `limit` as an end without a fix.
 */
export function rangesOf(events: readonly OsvEvent[], scheme: VersionScheme): AffectedRange[] {
  const compare = versionOrders[scheme];
  const steps = events
    .flatMap((event) =>
      (Object.entries(event) as [keyof OsvEvent, string | undefined][]).flatMap(([kind, version]): Step[] =>
        version === undefined || (kind === 'limit' && version === '*') ? [] : [{ kind, version }],
      ),
    )
    .sort((a, b) => compareSteps(a, b, compare));
  const ranges: AffectedRange[] = [];
  let open: { introduced?: string } | undefined;
  for (const { kind, version } of steps) {
    if (kind === 'introduced') open ??= version === '0' ? {} : { introduced: version };
    else if (open) {
      if (kind === 'last_affected') ranges.push({ ...open, lastAffected: version });
      else if (kind === 'fixed') ranges.push({ ...open, fixed: version });
      else ranges.push({ ...open, limit: version });
      open = undefined;
    }
  }
  if (open) ranges.push(open);
  return ranges;
}

/** "0" is before every version, whatever the order says of it. */
function compareSteps(a: Step, b: Step, compare: (a: string, b: string) => number): number {
  const first =
    Number(b.kind === 'introduced' && b.version === '0') - Number(a.kind === 'introduced' && a.version === '0');
  return first || compare(a.version, b.version) || RANK[a.kind] - RANK[b.kind];
}
