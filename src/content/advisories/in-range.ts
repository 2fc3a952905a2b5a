import type { AffectedRange } from './advisory.ts';
import type { CompareVersions } from './version-order.ts';

/** Whether a version lies in a run of affected versions; "0" as its beginning is before every version. */
export function inRange(range: AffectedRange, version: string, compare: CompareVersions): boolean {
  if (range.introduced !== undefined && range.introduced !== '0' && compare(version, range.introduced) < 0)
    return false;
  if (range.after !== undefined && compare(version, range.after) <= 0) return false;
  if (range.fixed !== undefined && compare(version, range.fixed) >= 0) return false;
  if (range.limit !== undefined && compare(version, range.limit) >= 0) return false;
  return range.lastAffected === undefined || compare(version, range.lastAffected) <= 0;
}
