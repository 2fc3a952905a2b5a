const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A size as people compare it: decimal units, one decimal from kB on. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${UNITS[unit]}`;
}

const whole = new Intl.NumberFormat('en', { useGrouping: true });

export function count(n: number): string {
  return whole.format(n);
}

/** `1 tag`, `2,300 tags`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Relative within a day, then a date, with the year when it is not this one; UTC. */
export function ago(at: string, now: number): string {
  const then = Date.parse(at);
  const passed = now - then;
  if (Number.isNaN(then)) return at;
  if (passed < -MINUTE) return date(then, now);
  if (passed < 10_000) return 'just now';
  if (passed < MINUTE) return `${Math.floor(passed / 1000)} s ago`;
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h ago`;
  return date(then, now);
}

function date(then: number, now: number): string {
  const day = new Date(then);
  const text = `${day.getUTCDate()} ${months[day.getUTCMonth()]}`;
  return day.getUTCFullYear() === new Date(now).getUTCFullYear() ? text : `${text} ${day.getUTCFullYear()}`;
}

/** The exact time, in UTC: `2026-09-02 09:14:07 UTC`. */
export function exact(at: string): string {
  const then = new Date(at);
  return Number.isNaN(then.getTime()) ? at : `${then.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The algorithm and the first twelve digits of a digest. */
export function shortDigest(digest: string): { readonly algorithm: string; readonly digits: string } {
  const cut = digest.indexOf(':');
  return { algorithm: digest.slice(0, cut + 1), digits: digest.slice(cut + 1, cut + 13) };
}

/** What a build step did, without the shell's and the builder's wrapping. */
export function instruction(text: string): string {
  return text
    .replace(/^\/bin\/sh -c #\(nop\)\s+/, '')
    .replace(/^\/bin\/sh -c /, 'RUN ')
    .replace(/\s+# buildkit$/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Capitalises the first letter of a sentence. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
