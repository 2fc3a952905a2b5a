import type { Root } from '../../policy/facts.ts';
import type { Policy, Rule } from '../../policy/rule.ts';

/** What becomes known of an image only after its push, wherever it is looked at before. */
export const AFTER_PUSH: readonly Root[] = ['trust', 'release', 'health'];
/** And what an analysis on the server tells. */
export const AFTER_ANALYSIS: readonly Root[] = ['analysis', 'findings', 'observations', 'distribution'];

/** The policies with the rules that can be answered before these things are known. */
export function withoutLater(policies: readonly Policy[], later: readonly Root[]): Policy[] {
  return policies.map((policy) => ({ ...policy, rules: policy.rules.filter((rule) => !isLater(rule, later)) }));
}

function isLater({ expression }: Rule, later: readonly Root[]): boolean {
  // What refers to an image can only be pushed after it.
  return later.some((root) => expression.roots.has(root)) || expression.text.includes('origin.attached');
}
