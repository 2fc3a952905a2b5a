import type { Facts, FindingFacts, Gate, PolicyRequest } from './facts.ts';
import { matchesGlob } from './scope.ts';

/** Longest that an exception stands, in milliseconds; break-glass ends after a day. */
export const MAX_EXCEPTION_MS = { exception: 366 * 86_400_000, 'break-glass': 86_400_000 } as const;

/** What an exception sets aside. Everything that is given must fit. */
export interface ExceptionScope {
  /** Glob over repository names. */
  readonly repository: string;
  /** One image; every image of the repositories when absent. */
  readonly digest?: string | undefined;
  readonly policy?: string | undefined;
  readonly rule?: string | undefined;
  /** One vulnerability, by any of its ids: it then counts nowhere. Without it the rule itself is set aside. */
  readonly vulnerability?: string | undefined;
  readonly gates?: readonly Gate[] | undefined;
}

/** Somebody answers for letting something through, for a reason and until a day. */
export interface PolicyException {
  readonly id: string;
  readonly kind: 'exception' | 'break-glass';
  readonly organisation: string;
  readonly owner: string;
  readonly reason: string;
  readonly ticket?: string | undefined;
  readonly scope: ExceptionScope;
  readonly createdAt: number;
  readonly expiresAt: number;
}

function covers({ scope, expiresAt }: PolicyException, request: PolicyRequest, digest: string, now: number): boolean {
  return (
    now < expiresAt &&
    matchesGlob(scope.repository, request.repository) &&
    (scope.digest === undefined || scope.digest === digest) &&
    (scope.gates === undefined || scope.gates.includes(request.gate))
  );
}

/** The exceptions in force for this request; an expired one is none, whoever asks and however. */
export function inForce(
  exceptions: readonly PolicyException[],
  request: PolicyRequest,
  facts: Facts,
  now: number,
): PolicyException[] {
  return exceptions.filter((each) => covers(each, request, facts.image.digest, now));
}

/** The exception that sets this rule of this policy aside. */
export function exceptionFor(
  some: readonly PolicyException[],
  policy: string,
  rule: string,
): PolicyException | undefined {
  return some.find(
    ({ scope }) =>
      scope.vulnerability === undefined &&
      (scope.policy === undefined || scope.policy === policy) &&
      (scope.rule === undefined || scope.rule === rule),
  );
}

/** The findings that still count for this rule once single vulnerabilities are set aside. */
export function withoutExcepted(
  findings: readonly FindingFacts[],
  some: readonly PolicyException[],
  policy: string,
  rule: string,
): readonly FindingFacts[] {
  const ids = new Set(
    some.flatMap(({ scope }) =>
      scope.vulnerability !== undefined &&
      (scope.policy === undefined || scope.policy === policy) &&
      (scope.rule === undefined || scope.rule === rule)
        ? [scope.vulnerability.toLowerCase()]
        : [],
    ),
  );
  if (ids.size === 0) return findings;
  return findings.filter((each) => ![each.id, ...each.aliases].some((id) => ids.has(id.toLowerCase())));
}
