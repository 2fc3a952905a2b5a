import { type CvssScores, type MetricTable, type Metrics, parseMetrics, type Weights } from './metrics.ts';

/** Weights of CVSS 3.0 and 3.1, section 7.4 (8.4 in 3.0). */
const WEIGHTS: Readonly<Record<string, Weights>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  UI: { N: 0.85, R: 0.62 },
  S: { U: 0, C: 1 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
  E: { X: 1, H: 1, F: 0.97, P: 0.94, U: 0.91 },
  RL: { X: 1, U: 1, W: 0.97, T: 0.96, O: 0.95 },
  RC: { X: 1, C: 1, R: 0.96, U: 0.92 },
  CR: { X: 1, H: 1.5, M: 1, L: 0.5 },
  IR: { X: 1, H: 1.5, M: 1, L: 0.5 },
  AR: { X: 1, H: 1.5, M: 1, L: 0.5 },
};
/** Privileges count more when the scope changes. */
const PRIVILEGES_CHANGED: Weights = { N: 0.85, L: 0.68, H: 0.5 };
const BASE = ['AV', 'AC', 'PR', 'UI', 'S', 'C', 'I', 'A'];
const TABLE: MetricTable = {
  required: BASE,
  values: {
    ...Object.fromEntries(Object.entries(WEIGHTS).map(([name, weights]) => [name, Object.keys(weights)])),
    ...Object.fromEntries(BASE.map((name) => [`M${name}`, ['X', ...Object.keys(WEIGHTS[name]!)]])),
  },
};
const TEMPORAL = ['E', 'RL', 'RC'];

/** Scores of a CVSS 3.0 or 3.1 vector; none when it is no such vector. */
export function cvss3Scores(vector: string): CvssScores | undefined {
  const old = vector.startsWith('CVSS:3.0/');
  if (!old && !vector.startsWith('CVSS:3.1/')) return undefined;
  const metrics = parseMetrics(vector.slice(9), TABLE);
  if (!metrics) return undefined;
  const base = baseOf(metrics);
  const temporal = TEMPORAL.reduce((product, name) => product * WEIGHTS[name]![metrics.get(name) ?? 'X']!, 1);
  const environment = [...metrics.keys()].some((name) => !BASE.includes(name) && !TEMPORAL.includes(name));
  return {
    base,
    ...(TEMPORAL.some((name) => metrics.has(name)) && { temporal: roundUp(base * temporal) }),
    ...(environment && { environmental: roundUp(environmentalOf(metrics, old) * temporal) }),
  };
}

/** Section 7.1, "Base Metrics Equations". */
function baseOf(metrics: Metrics): number {
  const value = (name: string) => metrics.get(name)!;
  const changed = value('S') === 'C';
  const lost = 1 - ['C', 'I', 'A'].reduce((left, name) => left * (1 - WEIGHTS[name]![value(name)]!), 1);
  const impact = changed ? 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 : 6.42 * lost;
  return impact <= 0 ? 0 : sum(changed, impact, exploitability(value, changed));
}

/** Section 7.3, "Environmental Metrics Equations", before exploit maturity and its like; 3.0 and 3.1 differ once. */
function environmentalOf(metrics: Metrics, old: boolean): number {
  const value = (name: string) => {
    const modified = metrics.get(`M${name}`);
    return modified === undefined || modified === 'X' ? metrics.get(name)! : modified;
  };
  const changed = value('S') === 'C';
  const left = ['C', 'I', 'A'].reduce(
    (product, name) =>
      product * (1 - WEIGHTS[`${name}R`]![metrics.get(`${name}R`) ?? 'X']! * WEIGHTS[name]![value(name)]!),
    1,
  );
  const lost = Math.min(1 - left, 0.915);
  const power = old ? (lost - 0.02) ** 15 : (lost * 0.9731 - 0.02) ** 13;
  const impact = changed ? 7.52 * (lost - 0.029) - 3.25 * power : 6.42 * lost;
  return impact <= 0 ? 0 : sum(changed, impact, exploitability(value, changed));
}

function exploitability(value: (name: string) => string, changed: boolean): number {
  const privileges = changed ? PRIVILEGES_CHANGED : WEIGHTS['PR']!;
  const [av, ac, ui] = ['AV', 'AC', 'UI'].map((name) => WEIGHTS[name]![value(name)]!);
  return 8.22 * av! * ac! * privileges[value('PR')]! * ui!;
}

function sum(changed: boolean, impact: number, exploit: number): number {
  return roundUp(Math.min((changed ? 1.08 : 1) * (impact + exploit), 10));
}

/** Appendix A of 3.1, "Floating Point Rounding": up to one decimal, without the surprises of binary fractions. */
function roundUp(value: number): number {
  const whole = Math.round(value * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}
