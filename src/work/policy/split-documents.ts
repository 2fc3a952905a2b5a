import { policyDocuments } from '../../policy/policy-documents.ts';
import type { Policy } from '../../policy/rule.ts';

/** The text of each policy as it stands in its file, comments within it included. */
export function splitDocuments(text: string, policies: readonly Policy[]): ReadonlyMap<Policy, string> {
  const some = policyDocuments(text);
  return new Map(
    policies.map((policy, at) => {
      const range = some[at]?.range;
      const part = range ? text.slice(range[0], range[1]) : text;
      return [policy, `${part.replace(/^(?:---[^\n]*\n|\s*\n)+/, '').trimEnd()}\n`];
    }),
  );
}
