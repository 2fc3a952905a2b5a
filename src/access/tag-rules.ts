/**
 * A rule for the tags of a repository whose names match. `immutable`: a tag that is set is neither moved nor deleted, by
 * nobody, until the rule is lifted. `protected`: only those who manage the repository set, move or delete it.
 */
export interface TagRule {
  readonly id: string;
  readonly kind: 'immutable' | 'protected';
  /** `*` stands for any characters, `?` for one; everything else for itself. */
  readonly pattern: string;
  readonly createdAt: number;
  readonly createdBy: string;
}

export type TagChangeKind = 'set' | 'move' | 'delete';

/** The rule that forbids the change, if there is one. */
export function forbids(
  rules: readonly TagRule[],
  tag: string,
  change: TagChangeKind,
  manages: boolean,
): TagRule | undefined {
  return rules.find(
    (rule) => (rule.kind === 'immutable' ? change !== 'set' : !manages) && matchesPattern(rule.pattern, tag),
  );
}

/** Matches without ever going back further than the last star: steps are bounded by both lengths multiplied. */
export function matchesPattern(pattern: string, text: string): boolean {
  let p = 0;
  let star = -1;
  let mark = 0;
  for (let t = 0; t < text.length; ) {
    if (pattern[p] === '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
