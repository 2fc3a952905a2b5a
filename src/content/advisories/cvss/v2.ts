import { type CvssScores, type MetricTable, type Metrics, parseMetrics, type Weights } from './metrics.ts';

/** Weights of CVSS 2.0, sections 3.2.1 to 3.2.3. */
const WEIGHTS: Readonly<Record<string, Weights>> = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: { N: 0, P: 0.275, C: 0.66 },
  I: { N: 0, P: 0.275, C: 0.66 },
  A: { N: 0, P: 0.275, C: 0.66 },
  E: { U: 0.85, POC: 0.9, F: 0.95, H: 1, ND: 1 },
  RL: { OF: 0.87, TF: 0.9, W: 0.95, U: 1, ND: 1 },
  RC: { UC: 0.9, UR: 0.95, C: 1, ND: 1 },
  CDP: { N: 0, L: 0.1, LM: 0.3, MH: 0.4, H: 0.5, ND: 0 },
  TD: { N: 0, L: 0.25, M: 0.75, H: 1, ND: 1 },
  CR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
  IR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
  AR: { L: 0.5, M: 1, H: 1.51, ND: 1 },
};
const TABLE: MetricTable = {
  required: ['AV', 'AC', 'Au', 'C', 'I', 'A'],
  values: Object.fromEntries(Object.entries(WEIGHTS).map(([name, weights]) => [name, Object.keys(weights)])),
};

/** Scores of a CVSS 2.0 vector, in the parentheses of the NVD or without; none when it is no such vector. */
export function cvss2Scores(vector: string): CvssScores | undefined {
  const bare = vector.startsWith('(') && vector.endsWith(')') ? vector.slice(1, -1) : vector;
  const metrics = parseMetrics(bare.startsWith('CVSS:2.0/') ? bare.slice(9) : bare, TABLE);
  if (!metrics) return undefined;
  const base = baseOf(metrics, impactOf(metrics, []));
  const has = (names: readonly string[]) => names.some((name) => metrics.has(name));
  const environment = has(['CDP', 'TD', 'CR', 'IR', 'AR']);
  const adjusted = temporalOf(metrics, baseOf(metrics, Math.min(10, impactOf(metrics, ['CR', 'IR', 'AR']))));
  return {
    base,
    ...(has(['E', 'RL', 'RC']) && { temporal: temporalOf(metrics, base) }),
    ...(environment && {
      environmental: round((adjusted + (10 - adjusted) * weight(metrics, 'CDP')) * weight(metrics, 'TD')),
    }),
  };
}

function weight(metrics: Metrics, name: string): number {
  return WEIGHTS[name]![metrics.get(name) ?? 'ND']!;
}

/** Section 3.2.1 "Impact"; with requirements section 3.2.3 "AdjustedImpact". */
function impactOf(metrics: Metrics, requirements: readonly string[]): number {
  const left = ['C', 'I', 'A'].map((name, at) => {
    const requirement = requirements[at];
    return 1 - weight(metrics, name) * (requirement === undefined ? 1 : weight(metrics, requirement));
  });
  return 10.41 * (1 - left[0]! * left[1]! * left[2]!);
}

function baseOf(metrics: Metrics, impact: number): number {
  const exploitability = 20 * weight(metrics, 'AV') * weight(metrics, 'AC') * weight(metrics, 'Au');
  return round((0.6 * impact + 0.4 * exploitability - 1.5) * (impact === 0 ? 0 : 1.176));
}

function temporalOf(metrics: Metrics, base: number): number {
  return round(base * weight(metrics, 'E') * weight(metrics, 'RL') * weight(metrics, 'RC'));
}

/** To one decimal, halves up; the sixth decimal is below what the weights can mean. */
function round(value: number): number {
  return Math.round(Number((value * 10).toFixed(6))) / 10;
}
