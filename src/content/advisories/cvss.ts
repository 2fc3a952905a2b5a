import type { Severity } from './advisory.ts';
import { cvss2Scores } from './cvss/v2.ts';
import { cvss3Scores } from './cvss/v3.ts';
import { cvss4Score } from './cvss/v4.ts';

/** A vector with its score; `version` is 2.0, 3.0, 3.1 or 4.0. */
export interface ScoredVector {
  readonly version: string;
  readonly vector: string;
  readonly score: number;
}

/**
 * Score of a CVSS vector of any version: the base score of 2.0, 3.0 and 3.1, the score of 4.0. None when the vector is
 * not valid; nothing is guessed of a damaged one.
 */
export function cvssScore(vector: string): ScoredVector | undefined {
  if (vector.startsWith('CVSS:4.0/')) return scored('4.0', vector, cvss4Score(vector));
  if (vector.startsWith('CVSS:3.')) return scored(vector.slice(5, 8), vector, cvss3Scores(vector)?.base);
  return scored('2.0', vector, cvss2Scores(vector)?.base);
}

function scored(version: string, vector: string, score: number | undefined): ScoredVector | undefined {
  return score === undefined ? undefined : { version, vector, score };
}

/** The vector whose score decides a severity: of the newest of the 3.x versions, else 4.0, else 2.0. */
export function decidingVector(vectors: readonly string[]): ScoredVector | undefined {
  const all = vectors.map(cvssScore).filter((each) => each !== undefined);
  for (const version of ['3.1', '3.0', '4.0', '2.0']) {
    const found = all.find((each) => each.version === version);
    if (found) return found;
  }
  return undefined;
}

/** "Qualitative Severity Rating Scale" of CVSS 3.x and 4.0; version 2 knows no "critical" (NVD's scale). */
export function severityOfScore(score: number, version = '3.1'): Severity {
  if (version === '2.0') return score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'negligible';
}
