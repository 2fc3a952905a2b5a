import { type MetricTable, type Metrics, parseMetrics } from './metrics.ts';
import { macroVectorScores } from './v4-scores.ts';

const BASE: Readonly<Record<string, readonly string[]>> = {
  AV: ['N', 'A', 'L', 'P'],
  AC: ['L', 'H'],
  AT: ['N', 'P'],
  PR: ['N', 'L', 'H'],
  UI: ['N', 'P', 'A'],
  VC: ['H', 'L', 'N'],
  VI: ['H', 'L', 'N'],
  VA: ['H', 'L', 'N'],
  SC: ['H', 'L', 'N'],
  SI: ['H', 'L', 'N'],
  SA: ['H', 'L', 'N'],
};
const SAFETY = new Set(['SI', 'SA']);
const TABLE: MetricTable = {
  required: Object.keys(BASE),
  values: {
    ...BASE,
    E: ['X', 'A', 'P', 'U'],
    CR: ['X', 'H', 'M', 'L'],
    IR: ['X', 'H', 'M', 'L'],
    AR: ['X', 'H', 'M', 'L'],
    ...Object.fromEntries(
      Object.entries(BASE).map(([name, values]) => [`M${name}`, ['X', ...(SAFETY.has(name) ? ['S'] : []), ...values]]),
    ),
    S: ['X', 'N', 'P'],
    AU: ['X', 'N', 'Y'],
    R: ['X', 'A', 'U', 'I'],
    V: ['X', 'D', 'C'],
    RE: ['X', 'L', 'M', 'H'],
    U: ['X', 'Clear', 'Green', 'Amber', 'Red'],
  },
};

/** Steps of severity of a value below the worst one (specification 8.2, "severity distance"). */
const ORDER: Readonly<Record<string, string>> = {
  AV: 'NALP',
  PR: 'NLH',
  UI: 'NPA',
  AC: 'LH',
  AT: 'NP',
  VC: 'HLN',
  VI: 'HLN',
  VA: 'HLN',
  SC: 'SHLN',
  SI: 'SHLN',
  SA: 'SHLN',
  CR: 'HML',
  IR: 'HML',
  AR: 'HML',
};

/** Highest vectors of each class (specification, tables 24 to 29), those of EQ3 and EQ6 together. */
const HIGHEST: Readonly<Record<string, readonly string[]>> = {
  '1:0': ['AV:N PR:N UI:N'],
  '1:1': ['AV:A PR:N UI:N', 'AV:N PR:L UI:N', 'AV:N PR:N UI:P'],
  '1:2': ['AV:P PR:N UI:N', 'AV:A PR:L UI:P'],
  '2:0': ['AC:L AT:N'],
  '2:1': ['AC:H AT:N', 'AC:L AT:P'],
  '3:00': ['VC:H VI:H VA:H CR:H IR:H AR:H'],
  '3:01': ['VC:H VI:H VA:L CR:M IR:M AR:H', 'VC:H VI:H VA:H CR:M IR:M AR:M'],
  '3:10': ['VC:L VI:H VA:H CR:H IR:H AR:H', 'VC:H VI:L VA:H CR:H IR:H AR:H'],
  '3:11': [
    'VC:L VI:H VA:L CR:H IR:M AR:H',
    'VC:L VI:H VA:H CR:H IR:M AR:M',
    'VC:H VI:L VA:H CR:M IR:H AR:M',
    'VC:H VI:L VA:L CR:M IR:H AR:H',
    'VC:L VI:L VA:H CR:H IR:H AR:M',
  ],
  '3:21': ['VC:L VI:L VA:L CR:H IR:H AR:H'],
  '4:0': ['SC:H SI:S SA:S'],
  '4:1': ['SC:H SI:H SA:H'],
  '4:2': ['SC:L SI:L SA:L'],
};
/** Depth of each class in steps: how far its least severe vector is from its highest. */
const DEPTH: Readonly<Record<string, number>> = {
  '1:0': 1,
  '1:1': 4,
  '1:2': 5,
  '2:0': 1,
  '2:1': 2,
  '3:00': 7,
  '3:01': 6,
  '3:10': 8,
  '3:11': 8,
  '3:21': 10,
  '4:0': 6,
  '4:1': 5,
  '4:2': 4,
};

/** Score of a CVSS 4.0 vector with whatever threat and environmental metrics it has; none when it is no such vector. */
export function cvss4Score(vector: string): number | undefined {
  if (!vector.startsWith('CVSS:4.0/')) return undefined;
  const metrics = parseMetrics(vector.slice(9), TABLE);
  if (!metrics) return undefined;
  const value = (name: string) => effective(metrics, name);
  if (['VC', 'VI', 'VA', 'SC', 'SI', 'SA'].every((name) => value(name) === 'N')) return 0;
  const classes = classesOf(value);
  const score = macroVectorScores.get(classes.join(''))!;
  const [eq1, eq2, eq3, eq4, , eq6] = classes;
  const distances: number[] = [];
  const add = (of: string, lower: number | undefined) => {
    if (lower !== undefined) distances.push(((score - lower) * distance(HIGHEST[of]!, value)) / DEPTH[of]!);
  };
  add(`1:${eq1}`, lowerOf(classes, [1, 0, 0, 0, 0, 0]));
  add(`2:${eq2}`, lowerOf(classes, [0, 1, 0, 0, 0, 0]));
  add(`3:${eq3}${eq6}`, lowerOfEq3And6(classes));
  add(`4:${eq4}`, lowerOf(classes, [0, 0, 0, 1, 0, 0]));
  // The distance within EQ5 is always nothing; it only counts in the mean.
  if (lowerOf(classes, [0, 0, 0, 0, 1, 0]) !== undefined) distances.push(0);
  const mean = distances.length === 0 ? 0 : distances.reduce((a, b) => a + b, 0) / distances.length;
  return Math.min(10, Math.max(0, Math.round((score - mean + 1e-6) * 10) / 10));
}

/** The value that counts: the modified one before the base one, and the worst where nothing is said. */
function effective(metrics: Metrics, name: string): string {
  const own = metrics.get(name);
  if (name === 'E') return own === undefined || own === 'X' ? 'A' : own;
  if (name === 'CR' || name === 'IR' || name === 'AR') return own === undefined || own === 'X' ? 'H' : own;
  const modified = metrics.get(`M${name}`);
  return modified === undefined || modified === 'X' ? own! : modified;
}

type Classes = readonly [number, number, number, number, number, number];

/** Equivalence classes EQ1 to EQ6 (specification 8.1). */
function classesOf(value: (name: string) => string): Classes {
  const is = (name: string, wanted: string) => value(name) === wanted;
  const open = [is('AV', 'N'), is('PR', 'N'), is('UI', 'N')];
  const eq1 = open.every(Boolean) ? 0 : open.some(Boolean) && !is('AV', 'P') ? 1 : 2;
  const eq2 = is('AC', 'L') && is('AT', 'N') ? 0 : 1;
  const eq3 = is('VC', 'H') && is('VI', 'H') ? 0 : is('VC', 'H') || is('VI', 'H') || is('VA', 'H') ? 1 : 2;
  const eq4 = is('SI', 'S') || is('SA', 'S') ? 0 : is('SC', 'H') || is('SI', 'H') || is('SA', 'H') ? 1 : 2;
  const eq5 = 'APU'.indexOf(value('E'));
  const both = (requirement: string, impact: string) => is(requirement, 'H') && is(impact, 'H');
  const eq6 = both('CR', 'VC') || both('IR', 'VI') || both('AR', 'VA') ? 0 : 1;
  return [eq1, eq2, eq3, eq4, eq5, eq6];
}

function lowerOf(classes: Classes, steps: Classes): number | undefined {
  return macroVectorScores.get(classes.map((each, at) => each + steps[at]!).join(''));
}

/** EQ3 and EQ6 depend on each other; where two ways lead down, the one with the higher score counts. */
function lowerOfEq3And6(classes: Classes): number | undefined {
  const [, , eq3, , , eq6] = classes;
  const down3 = () => lowerOf(classes, [0, 0, 1, 0, 0, 0]);
  const down6 = () => lowerOf(classes, [0, 0, 0, 0, 0, 1]);
  if (eq6 === 1) return eq3 < 2 ? down3() : undefined;
  if (eq3 === 1) return down6();
  return Math.max(down6() ?? 0, down3() ?? 0);
}

/** Steps from the first highest vector that is nowhere less severe than this one. */
function distance(highest: readonly string[], value: (name: string) => string): number {
  for (const vector of highest) {
    let sum = 0;
    let below = true;
    for (const part of vector.split(' ')) {
      const [name, worst] = part.split(':') as [string, string];
      const steps = ORDER[name]!.indexOf(value(name)) - ORDER[name]!.indexOf(worst);
      if (steps < 0) below = false;
      sum += steps;
    }
    if (below) return sum;
  }
  return 0;
}
