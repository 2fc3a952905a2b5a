import type { z } from 'zod';
import type { Facts, PolicyRequest } from '../facts.ts';
import type { HealthCard } from '../health/card.ts';

/** What a rule says of an image that does not keep it: one sentence, its proof, and what would clear it. */
export interface Breach {
  readonly statement: string;
  readonly evidence: readonly string[];
  readonly cure: string;
}

/** What a breach is explained from. */
export interface Situation {
  readonly facts: Facts;
  readonly request: PolicyRequest;
  readonly now: number;
  /** Only where the rule looks at it. */
  readonly card?: HealthCard | undefined;
}

/** A ready-made rule: options from the policy become one visible expression, which alone decides. */
export interface Predicate<S extends z.ZodType = z.ZodType> {
  /** The key under which a policy writes it. */
  readonly name: string;
  readonly summary: string;
  /** Of its use, as YAML in one line. */
  readonly example: string;
  readonly options: S;
  /** The expression that must be true (Common Expression Language over the facts). */
  cel(options: z.output<S>): string;
  /** Asked only when the expression is false. */
  breach(options: z.output<S>, situation: Situation): Breach;
  /** Instants at which the answer may change while the facts stay as they are, in milliseconds since 1970 UTC. */
  turnsAt?(options: z.output<S>, situation: Situation): readonly number[];
}

export function predicate<S extends z.ZodType>(declaration: Predicate<S>): Predicate<S> {
  return declaration;
}

/** A text as a literal of an expression. */
export function literal(text: string): string {
  return JSON.stringify(text);
}

export function listLiteral(texts: readonly string[]): string {
  return `[${texts.map(literal).join(', ')}]`;
}

/** At most this many pieces of evidence are shown; the rest is counted. */
const SHOWN = 8;

export function shown(evidence: readonly string[]): string[] {
  return evidence.length <= SHOWN
    ? [...evidence]
    : [...evidence.slice(0, SHOWN), `and ${evidence.length - SHOWN} more`];
}
