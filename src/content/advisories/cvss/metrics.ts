/** The values that each metric of one version may take; the required ones stand first in `required`. */
export interface MetricTable {
  readonly required: readonly string[];
  readonly values: Readonly<Record<string, readonly string[]>>;
}

export type Metrics = ReadonlyMap<string, string>;

const MAX_LENGTH = 400;

/** Reads `AV:N/AC:L/…`: every metric known, named once and with a value it may take; none when one is not. */
export function parseMetrics(text: string, table: MetricTable): Metrics | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const found = new Map<string, string>();
  for (const part of text.split('/')) {
    const colon = part.indexOf(':');
    const name = part.slice(0, colon);
    const value = part.slice(colon + 1);
    if (colon <= 0 || found.has(name) || !Object.hasOwn(table.values, name)) return undefined;
    if (!table.values[name]!.includes(value)) return undefined;
    found.set(name, value);
  }
  return table.required.every((name) => found.has(name)) ? found : undefined;
}

export type Weights = Readonly<Record<string, number>>;

/** Scores of one vector. `temporal` and `environmental` are there when the vector has such metrics. */
export interface CvssScores {
  readonly base: number;
  readonly temporal?: number;
  readonly environmental?: number;
}
