import type { z } from 'zod';
import type { denialShape } from '../policy.ts';

type Denial = z.output<typeof denialShape>;

/** The two forms of one report: of the Policy working group, and of OpenReports, which followed it. */
export const policyReportForms = ['wgpolicyk8s', 'openreports'] as const;
export type PolicyReportForm = (typeof policyReportForms)[number];

const FORMS = {
  wgpolicyk8s: { apiVersion: 'wgpolicyk8s.io/v1alpha2', kind: 'ClusterPolicyReport', message: 'message' },
  openreports: { apiVersion: 'openreports.io/v1alpha1', kind: 'ClusterReport', message: 'description' },
} as const;

/**
 * What gates refused or warned of, as reports that cluster tools read (wgpolicyk8s.io/v1alpha2, openreports.io/v1alpha1).
 * Only what stood against an image is kept, so that nothing is said of what passed.
 */
export function policyReport(denials: readonly Denial[], form: PolicyReportForm, name: string): unknown {
  const { apiVersion, kind, message } = FORMS[form];
  const results = denials.map((each) => ({
    source: 'assay',
    policy: each.policy,
    rule: each.rule,
    result: each.mode === 'enforce' ? 'fail' : 'warn',
    scored: true,
    [message]: each.statement,
    timestamp: timestampOf(each.lastAt),
    properties: {
      image: `${each.repository}${each.tag === undefined ? '' : `:${each.tag}`}@${each.digest}`,
      gate: each.gate,
      mode: each.mode,
      actor: each.actor,
      count: String(each.count),
      first: each.firstAt,
    },
  }));
  const count = (result: string) => results.filter((each) => each.result === result).length;
  return {
    apiVersion,
    kind,
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'assay' } },
    ...(form === 'openreports' && { source: 'assay' }),
    summary: { pass: 0, fail: count('fail'), warn: count('warn'), error: 0, skip: 0 },
    results,
  };
}

/** A metav1.Timestamp. */
function timestampOf(time: string): { seconds: number; nanos: number } {
  const milliseconds = Date.parse(time);
  return { seconds: Math.floor(milliseconds / 1000), nanos: (milliseconds % 1000) * 1_000_000 };
}
