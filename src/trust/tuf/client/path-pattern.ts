/**
 * True when a target path matches a pattern of a delegation (TUF specification 1.0.34 section 4.5): `*` stands for any
 * text and `?` for one character, neither for a slash. Time is bounded by the product of both lengths.
 */
export function matchesPathPattern(path: string, pattern: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let position = 0; position < path.length; ) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at++;
      resume = position;
    } else if (wanted !== undefined && (wanted === path[position] || (wanted === '?' && path[position] !== '/'))) {
      at++;
      position++;
    } else if (star >= 0 && path[resume] !== '/') {
      at = star + 1;
      position = ++resume;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
