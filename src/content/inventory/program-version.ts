import type { Mark } from './program-marks.ts';

/** Longest version that is read, in bytes. */
const MAX_VERSION = 40;
/** Places of one mark that are looked at. */
const MAX_PLACES = 200;
/** Versions of their own that are compared. */
const MAX_ALONE = 2000;
const BUILD = 16;

/**
 * The version that one of the marks shows, or none. Time grows with the size of the file alone: each mark is sought
 * once, and around each place a few bytes are read.
 */
export function versionIn(bytes: Buffer, marks: readonly Mark[], file: string): string | undefined {
  for (const mark of marks) {
    const found =
      'after' in mark
        ? versionAfter(bytes, mark.after, mark.parts ?? 2)
        : 'before' in mark
          ? versionBefore(bytes, mark.before)
          : 'alone' in mark
            ? versionAlone(bytes, mark.alone === 'FILE' ? minorOf(file) : mark.alone)
            : versionOfBuild(bytes);
    if (found !== undefined) return found;
  }
  return undefined;
}

function versionAfter(bytes: Buffer, mark: string, parts: number): string | undefined {
  for (const at of placesOf(bytes, mark)) {
    const version = versionAt(bytes, at + mark.length);
    if (version && version.split('.').length >= parts) return version;
  }
  return undefined;
}

function versionBefore(bytes: Buffer, mark: string): string | undefined {
  for (const at of placesOf(bytes, mark)) {
    const text = bytes.toString('latin1', Math.max(0, at - MAX_VERSION), at);
    const version = /(?:^|[^\w.])(\d+(?:\.\d+)+)[\w.+~-]*$/.exec(text)?.[1];
    if (version !== undefined) return version;
  }
  return undefined;
}

function versionAlone(bytes: Buffer, start: string): string | undefined {
  const found = new Set<string>();
  for (const at of placesOf(bytes, `\0${start}`)) {
    const end = bytes.indexOf(0, at + 1);
    if (end < 0 || end - at > MAX_VERSION) continue;
    const version = /^v?(\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?)\+?$/.exec(bytes.toString('latin1', at + 1, end))?.[1];
    if (version !== undefined) found.add(version);
  }
  return found.size === 1 ? [...found][0] : undefined;
}

/** The version that also stands before a build's mark: the name of its machine, its time, its revision. */
function versionOfBuild(bytes: Buffer): string | undefined {
  const alone = new Set<string>();
  for (let at = bytes.indexOf(0); at >= 0 && alone.size < MAX_ALONE; at = bytes.indexOf(0, at + 1)) {
    const first = bytes[at + 1] ?? 0;
    if (first < 0x30 || first > 0x39) continue;
    const version = versionAt(bytes, at + 1);
    if (version && bytes[at + 1 + version.length] === 0 && /^\d+\.\d+\.\d+$/.test(version)) alone.add(version);
  }
  let best: string | undefined;
  for (const version of alone)
    if (version.length > (best?.length ?? 0) && placesOf(bytes, version).some((at) => isBuild(bytes, at, version)))
      best = version;
  return best;
}

function isBuild(bytes: Buffer, at: number, version: string): boolean {
  const from = at + version.length;
  return /^[\da-z][\da-z-]+$/.test(bytes.toString('latin1', from, from + BUILD));
}

function placesOf(bytes: Buffer, mark: string): number[] {
  const needle = Buffer.from(mark, 'latin1');
  const places: number[] = [];
  for (let at = bytes.indexOf(needle); at >= 0 && places.length < MAX_PLACES; at = bytes.indexOf(needle, at + 1))
    places.push(at);
  return places;
}

/** Numbers and points, and the letters that OpenSSL, Python and early releases put behind them. */
function versionAt(bytes: Buffer, at: number): string | undefined {
  return /^\d+(?:\.\d+)+(?:[a-z](?![a-z\d])|(?:a|b|rc)\d+)?/.exec(bytes.toString('latin1', at, at + MAX_VERSION))?.[0];
}

/** `python3.11` and `libpython3.11.so.1.0` name the release they are of. */
function minorOf(file: string): string {
  return `${/\d+(?:\.\d+)?/.exec(file)?.[0] ?? ''}.`;
}
