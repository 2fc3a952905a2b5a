import type { Digest } from '../oci/digest.ts';
import type { RepositoryName } from '../oci/names.ts';
import type { GapKind, Gate } from './facts.ts';
import type { Mode } from './rule.ts';

/** How a rule came out. What is not known, and what could not be evaluated, never holds. */
export const resultStates = ['holds', 'broken', 'unknown', 'error', 'not-applicable', 'set-aside'] as const;
export type ResultState = (typeof resultStates)[number];

export interface RuleResult {
  readonly policy: string;
  readonly rule: string;
  readonly mode: Mode;
  readonly state: ResultState;
  /** Of what was judged: the image, or the image of an index. */
  readonly digest: Digest;
  readonly platform?: string;
  readonly statement: string;
  readonly evidence: readonly string[];
  readonly cure: string;
  /** The expression that decided. */
  readonly expression: string;
  readonly gap?: GapKind;
  /** Why a broken rule is set aside. */
  readonly exception?: {
    readonly id: string;
    readonly owner: string;
    readonly reason: string;
    readonly expiresAt: number;
  };
}

/** The four digests that a verdict is a function of. */
export interface VerdictKey {
  readonly subject: string;
  readonly facts: string;
  readonly rules: string;
  readonly request: string;
}

export interface Verdict {
  readonly outcome: 'allow' | 'deny';
  readonly gate: Gate;
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly tag?: string | undefined;
  /** What stands against it first, then warnings, then what only is recorded, then what holds. */
  readonly results: readonly RuleResult[];
  /** Seconds after which asking again may help; only when nothing but time stands against it. */
  readonly retryAfter?: number;
  /** Milliseconds since 1970 UTC; the earliest instant at which time alone could change the answer. */
  readonly validUntil?: number;
  readonly key: VerdictKey;
}

/** States that stand against an image where their policy is enforced. */
export function isAgainst({ state }: Pick<RuleResult, 'state'>): boolean {
  return state === 'broken' || state === 'unknown' || state === 'error';
}

/** What refuses the image. */
export function refusals({ results }: Pick<Verdict, 'results'>): RuleResult[] {
  return results.filter((each) => each.mode === 'enforce' && isAgainst(each));
}

/**
 * The one line that a client shows its user: the rule, the worst evidence and the cure. Without line breaks or control
 * characters, whatever an image says of itself.
 */
export function denialLine(verdict: Verdict): string {
  const [first, ...rest] = refusals(verdict);
  if (!first) return 'allowed';
  const platform = first.platform === undefined ? '' : ` (${first.platform})`;
  const proof = first.evidence[0] === undefined ? '' : `: ${first.evidence[0]}`;
  const more = rest.length > 0 ? ` [and ${rest.length} more]` : '';
  const cure = first.cure === '' ? '' : `; ${first.cure}`;
  return plain(`policy ${first.policy}, rule ${first.rule}: ${first.statement}${platform}${proof}${cure}${more}`);
}

function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 900);
}
