import type { Grade } from './line.ts';

/** What an organisation changes about the card: which lines count, how much, and what is good enough. */
export interface HealthProfile {
  /** Whose profile it is; the house's when absent. */
  readonly organisation: string | undefined;
  /** Weights in place of those of the table; 0 switches a line off. */
  readonly weights: ReadonlyMap<string, number>;
  /** What an image has to have at least to be called good enough. */
  readonly minimum: Grade | undefined;
}

/** The card as it is where nobody changed it. */
export const plainProfile: HealthProfile = { organisation: undefined, weights: new Map(), minimum: undefined };
