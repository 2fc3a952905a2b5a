import type { Severity } from '../advisories/advisory.ts';

/** Kinds of findings beside vulnerabilities. */
export const observationKinds = ['secret', 'malware', 'licence', 'practice', 'minimality'] as const;
export type ObservationKind = (typeof observationKinds)[number];

/** Where in an image something was seen. */
export const places = ['file', 'history', 'environment', 'label', 'configuration', 'image'] as const;
export type Place = (typeof places)[number];

/** What a rule says of an image, with what it takes to find the spot again. */
export interface Observation {
  readonly kind: ObservationKind;
  /** The rule's id; it keeps its meaning from version to version. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly place: Place;
  readonly path?: string;
  /** Line of the file, or step of the history, from 1. */
  readonly line?: number;
  /** Position of the layer. */
  readonly layer?: number;
  /** The file is not in the finished image: a later layer removed or replaced it, and the bytes are still in the layer. */
  readonly removed?: true;
  /** What was seen; secrets are masked. */
  readonly detail?: string;
  /** SHA-256 of a secret, so that one secret in many places is told as one and an exception can name it. */
  readonly fingerprint?: string;
  /** What clears it. */
  readonly cure?: string;
  /** Names of the same rule elsewhere. */
  readonly aliases?: readonly string[];
  readonly references?: readonly string[];
}

/** What one layer shows, before it is known what later layers do with the file. */
export type LayerObservation = Omit<Observation, 'layer' | 'removed' | 'place'> & { readonly path: string };
