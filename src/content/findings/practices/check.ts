import type { Severity } from '../../advisories/advisory.ts';
import type { ExaminedImage } from '../image-examiner.ts';
import type { Observation } from '../observation.ts';

/** What a check found: each part is optional, one entry a place. */
export type Found = Pick<Observation, 'detail' | 'path' | 'line' | 'layer' | 'cure'> & { readonly severity?: Severity };

/** One check of how an image is built. */
export interface PracticeCheck {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** Names of the same check elsewhere: CIS Docker Benchmark, dockle. */
  readonly also: readonly string[];
  readonly cure: string;
  find(image: ExaminedImage): Found[];
}

/** Instructions of the history with the step they are, from 1. */
export function instructionsOf({ config }: ExaminedImage): { text: string; line: number }[] {
  return (config?.history ?? []).flatMap(({ created_by: text }, at) => (text ? [{ text, line: at + 1 }] : []));
}
