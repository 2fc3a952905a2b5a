import type { z } from 'zod';
import { toRfc3339 } from '../lib/clock.ts';
import type { PolicyException } from '../policy/exception.ts';
import type { Policy } from '../policy/rule.ts';
import { denialLine, type RuleResult, type Verdict } from '../policy/verdict.ts';
import type { exceptionShape, policyShape, ruleResult, verdictShape } from './policy.ts';

export function renderPolicy({
  name,
  organisation,
  description,
  mode,
  scope,
  rules,
}: Policy): Omit<z.input<typeof policyShape>, 'text' | 'version' | 'updatedAt' | 'updatedBy'> {
  return {
    name,
    ...(organisation !== undefined && { organisation }),
    description,
    mode,
    gates: [...scope.gates],
    rules: rules.map(({ id, expression, unscanned }) => ({ id, expression: expression.text, unscanned })),
  };
}

export function renderResult({ exception, evidence, ...rest }: RuleResult): z.input<typeof ruleResult> {
  return {
    ...rest,
    evidence: [...evidence],
    ...(exception && { exception: { ...exception, expiresAt: toRfc3339(exception.expiresAt) } }),
  };
}

export function renderVerdict(verdict: Verdict): z.input<typeof verdictShape> {
  const { outcome, gate, repository, digest, tag, results, retryAfter, validUntil, key } = verdict;
  return {
    schemaVersion: 1,
    outcome,
    gate,
    repository,
    digest,
    ...(tag !== undefined && { tag }),
    line: denialLine(verdict),
    results: results.map(renderResult),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(validUntil !== undefined && { validUntil: toRfc3339(validUntil) }),
    key,
  };
}

export function renderException(exception: PolicyException, now: number): z.input<typeof exceptionShape> {
  const { id, kind, organisation, owner, reason, ticket, scope, createdAt, expiresAt } = exception;
  return {
    id,
    kind,
    ...(organisation !== '' && { organisation }),
    owner,
    reason,
    ...(ticket !== undefined && { ticket }),
    scope: { ...scope, gates: scope.gates && [...scope.gates] },
    createdAt: toRfc3339(createdAt),
    expiresAt: toRfc3339(expiresAt),
    inForce: expiresAt > now,
  };
}
