import type { Gate } from './facts.ts';
import type { Expression } from './expression.ts';
import type { Predicate } from './predicates/predicate.ts';

/** `audit` only records, `warn` tells and lets through, `enforce` refuses. */
export const modes = ['audit', 'warn', 'enforce'] as const;
export type Mode = (typeof modes)[number];

/** One thing that must hold. Its expression alone decides; the predicate explains. */
export interface Rule {
  readonly id: string;
  readonly expression: Expression;
  /** Absent for a rule that is written as an expression. */
  readonly ready: { readonly predicate: Predicate; readonly options: unknown } | undefined;
  /** The policy's own words in place of ours. */
  readonly message: string | undefined;
  readonly cure: string | undefined;
  /** What an image is told of which this is not known yet. */
  readonly unscanned: 'deny' | 'allow';
}

/** What a policy is about. Absent lists mean everything. */
export interface Scope {
  readonly gates: readonly Gate[];
  /** Globs over repository names. */
  readonly repositories: readonly string[] | undefined;
  /** Globs over tags. What is named by digest and has no tag is under every policy of its repository. */
  readonly tags: readonly string[] | undefined;
  /** Labels that the image must carry to be under the policy. */
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** Account names as globs, or `@person`, `@robot`, `@anonymous`. */
  readonly actors: readonly string[] | undefined;
}

export interface Policy {
  readonly name: string;
  /** The organisation that it rules; the whole house when absent. */
  readonly organisation: string | undefined;
  readonly description: string;
  readonly mode: Mode;
  readonly scope: Scope;
  readonly rules: readonly Rule[];
}
