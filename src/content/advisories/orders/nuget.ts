import { compareSemver } from './semver.ts';

/** Order of NuGet versions: Semantic Versioning with a fourth number and pre-release words that ignore case. */
export function compareNuget(a: string, b: string): number {
  return a === b ? 0 : compareSemver(a.toLowerCase(), b.toLowerCase());
}
