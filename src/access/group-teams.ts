/** A distinguished name for comparing: case and the spaces around its separators do not matter (RFC 4518 in small). */
export function plainDn(dn: string): string {
  return dn
    .toLowerCase()
    .split(',')
    .map((part) => part.trim().replace(/\s*=\s*/, '='))
    .join(',');
}

/** The teams, as `organisation/team` or `administrators`, that groups of a directory stand for. */
export function teamsOfGroups(
  mappings: readonly { readonly group: string; readonly team: string }[],
  groups: readonly string[],
): ReadonlySet<string> {
  const held = new Set(groups.map(plainDn));
  return new Set(mappings.filter((each) => held.has(plainDn(each.group))).map((each) => each.team));
}
