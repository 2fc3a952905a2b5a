const LETTERS: Readonly<Record<string, string>> = {
  file: '-',
  hardlink: '-',
  directory: 'd',
  symlink: 'l',
  character: 'c',
  block: 'b',
  fifo: 'p',
};

/** Type and permissions as ls(1) writes them: `-rwsr-xr-x`. */
export function modeText(type: string, mode: number): string {
  const bits = (shift: number, special: number, letter: string): string => {
    const rights = (mode >> shift) & 7;
    const runs = (rights & 1) !== 0;
    const last = (mode & special) === 0 ? (runs ? 'x' : '-') : runs ? letter : letter.toUpperCase();
    return `${rights & 4 ? 'r' : '-'}${rights & 2 ? 'w' : '-'}${last}`;
  };
  return `${LETTERS[type] ?? '?'}${bits(6, 0o4000, 's')}${bits(3, 0o2000, 's')}${bits(0, 0o1000, 't')}`;
}
