/** Names that one package may need or provide; more are cut. */
export const MAX_RELATIONS = 2000;
const LONGEST = 300;

export interface Relations {
  readonly dependsOn?: readonly string[];
  readonly provides?: readonly string[];
}

/** What a package needs and provides, each name once; members that would be empty are left out. */
export function relations(needs: Iterable<string>, provides: Iterable<string> = []): Relations {
  const [dependsOn, offered] = [needs, provides].map(names) as [string[], string[]];
  return { ...(dependsOn.length > 0 && { dependsOn }), ...(offered.length > 0 && { provides: offered }) };
}

function names(from: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const each of from) {
    const name = each.trim();
    if (name !== '' && name.length <= LONGEST) found.add(name);
    if (found.size >= MAX_RELATIONS) break;
  }
  return [...found];
}

/** deb822 relationship fields (Debian Policy, section 7.1): `a (>= 1) | b, c:any`; each alternative is a name. */
export function* debianNames(field: string | undefined): Generator<string> {
  for (const group of (field ?? '').slice(0, 64 * 1024).split(','))
    for (const each of group.split('|')) {
      const name = /^\s*([A-Za-z0-9][A-Za-z0-9+.-]*)/.exec(each)?.[1];
      if (name !== undefined) yield name;
    }
}

/** apk's lists: `so:libc.musl-x86_64.so.1 busybox>=1 !conflict cmd:sh=1`. */
export function* apkNames(field: string | undefined): Generator<string> {
  for (const each of (field ?? '').slice(0, 64 * 1024).split(' '))
    if (!each.startsWith('!')) yield /^[^<>=~]*/.exec(each)?.[0] ?? '';
}

/** The name at the head of a requirement of Python (PEP 508), without those that only extras need. */
export function pythonName(requirement: string): string | undefined {
  if (/;.*\bextra\s*==/.test(requirement.slice(0, 1000))) return undefined;
  return /^\s*([A-Za-z0-9][A-Za-z0-9._-]{0,200})/.exec(requirement)?.[1];
}
