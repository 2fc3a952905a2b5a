/**
 * A pattern for names: `*` stands for any run of characters within a segment, `**` for any run with slashes too, `?` for
 * one character that is no slash. As an anchored expression for the linear-time engine.
 */
export function globToPattern(glob: string): string {
  let pattern = '^';
  for (let at = 0; at < glob.length; at++) {
    const character = glob[at]!;
    if (character === '*' && glob[at + 1] === '*') {
      pattern += '.*';
      at++;
    } else if (character === '*') pattern += '[^/]*';
    else if (character === '?') pattern += '[^/]';
    else pattern += character.replace(/[.+^${}()|[\]\\]/, '\\$&');
  }
  return `${pattern}$`;
}
