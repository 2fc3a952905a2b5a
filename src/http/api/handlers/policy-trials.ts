import * as contract from '../../../contract/policy-trials.ts';
import { readPolicies } from '../../../policy/read-policy.ts';
import { type Handled, handle } from '../call.ts';

function withTag<T extends { readonly tag: string | undefined }>({ tag, ...rest }: T) {
  return { ...rest, ...(tag !== undefined && { tag }) };
}

export const policyTrialHandlers: readonly Handled[] = [
  handle(contract.comparePolicies, async ({ house, viewer, body }) => {
    const { text, ...scope } = body;
    const { changed, ...rest } = await house.trials.compare(viewer, readPolicies(text), scope);
    return { ...rest, changed: changed.map(withTag) };
  }),
  handle(contract.simulatePolicies, async ({ house, viewer, body }) => {
    const { text, days, ...scope } = body;
    const { stopped, ...rest } = await house.trials.simulate(viewer, readPolicies(text), scope, days);
    return { ...rest, stopped: stopped.map(withTag) };
  }),
];
