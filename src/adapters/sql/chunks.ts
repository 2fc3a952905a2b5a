/** Statements take a few hundred parameters at a time. */
const CHUNK = 200;

export function* chunks<T>(items: readonly T[], size = CHUNK): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
