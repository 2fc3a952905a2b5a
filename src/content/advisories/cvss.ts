import type { Severity } from './advisory.ts';

/** Weights of CVSS 3.1, section 7.4; privileges count more when the scope changes. */
const AV: Weights = { N: 0.85, A: 0.62, L: 0.55, P: 0.2 };
const AC: Weights = { L: 0.77, H: 0.44 };
const PR: Weights = { N: 0.85, L: 0.62, H: 0.27 };
const PR_CHANGED: Weights = { N: 0.85, L: 0.68, H: 0.5 };
const UI: Weights = { N: 0.85, R: 0.62 };
const IMPACT: Weights = { H: 0.56, L: 0.22, N: 0 };

type Weights = Readonly<Record<string, number>>;

/** Base score of a CVSS 3.0 or 3.1 vector (specification section 7.1), none when it is no such vector. */
export function cvss3BaseScore(vector: string): number | undefined {
  const [name, ...metrics] = vector.slice(0, 500).split('/');
  if (name !== 'CVSS:3.0' && name !== 'CVSS:3.1') return undefined;
  const values = new Map(metrics.map((metric) => metric.split(':', 2) as [string, string]));
  const scope = values.get('S');
  if (scope !== 'U' && scope !== 'C') return undefined;
  const changed = scope === 'C';
  const weight = (table: Weights, metric: string) => table[values.get(metric) ?? ''] ?? Number.NaN;
  const lost = 1 - (1 - weight(IMPACT, 'C')) * (1 - weight(IMPACT, 'I')) * (1 - weight(IMPACT, 'A'));
  const impact = changed ? 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 : 6.42 * lost;
  const exploitability =
    8.22 * weight(AV, 'AV') * weight(AC, 'AC') * weight(changed ? PR_CHANGED : PR, 'PR') * weight(UI, 'UI');
  if (Number.isNaN(impact) || Number.isNaN(exploitability)) return undefined;
  if (impact <= 0) return 0;
  return roundUp(Math.min((changed ? 1.08 : 1) * (impact + exploitability), 10));
}

/** Section 7, "Roundup": up to one decimal place, without the surprises of binary fractions. */
function roundUp(value: number): number {
  const whole = Math.round(value * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}

/** Section 5, "Qualitative Severity Rating Scale". */
export function severityOfScore(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'negligible';
}
