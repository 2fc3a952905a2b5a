import type { Advisory } from '../advisories/advisory.ts';

/** What a build was made for, as its release says: OpenShift of one version, Oracle's Ksplice, FIPS 140. */
const FLAVOUR = /\brhaos[\d.]*\d|\.ksplice\d*|_fips\b/i;

/** Builds of one flavour are mended by fixes of the same alone: numbers of others are not comparable. */
export function isSameFlavour({ ranges }: Pick<Advisory, 'ranges'>, version: string): boolean {
  const own = flavourOf(version);
  return (ranges ?? []).every(({ fixed }) => fixed === undefined || flavourOf(fixed) === own);
}

function flavourOf(version: string): string {
  const found = FLAVOUR.exec(version)?.[0].toLowerCase() ?? '';
  return found.startsWith('.ksplice') ? 'ksplice' : found;
}
