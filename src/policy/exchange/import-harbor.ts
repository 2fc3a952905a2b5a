import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { distinct, type Imported, type ImportedPolicy, slugOf } from './imported.ts';

const flag = z.union([z.boolean(), z.string().max(20)]).optional();

/** A project as Harbor's API answers it (`GET /api/v2.0/projects/{project}`). */
const project = z.looseObject({
  name: z.string().min(1).max(255),
  metadata: z.looseObject({
    enable_content_trust: flag,
    enable_content_trust_cosign: flag,
    prevent_vul: flag,
    severity: z.string().max(20).optional(),
    auto_scan: flag,
    auto_sbom_generation: flag,
    reuse_sys_cve_allowlist: flag,
    public: flag,
  }),
  cve_allowlist: z
    .looseObject({
      expires_at: z.number().nullish(),
      items: z
        .array(z.looseObject({ cve_id: z.string().max(100) }))
        .max(10_000)
        .nullish(),
    })
    .nullish(),
});

/** True for what looks like a project of Harbor, or a list of them. */
export function isHarbor(value: unknown): boolean {
  return Array.isArray(value)
    ? value.length > 0 && value.every((each) => project.safeParse(each).success)
    : project.safeParse(value).success;
}

const on = (value: boolean | string | undefined): boolean => value === true || value === 'true';
const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;

/** Takes over the check boxes of projects. */
export function importHarbor(value: unknown): Imported {
  const parsed = z
    .array(project)
    .min(1)
    .max(1000)
    .safeParse(Array.isArray(value) ? value : [value]);
  if (!parsed.success) throw new AssayError('policy-invalid', 'this is no project of Harbor');
  const left: string[] = [];
  const policies = parsed.data.flatMap((each) => policyOf(each, left));
  return { policies: distinct(policies), left };
}

function policyOf(
  { name, metadata, cve_allowlist: allowed }: z.output<typeof project>,
  left: string[],
): ImportedPolicy[] {
  const rules: Record<string, unknown>[] = [];
  if (on(metadata.enable_content_trust)) rules.push({ signed: true });
  if (on(metadata.enable_content_trust_cosign)) {
    left.push(
      `${name}: that a cosign signature is attached, by whomever; the rule asks for a signature of content trust`,
    );
    if (rules.length === 0) rules.push({ signed: true });
  }
  if (on(metadata.prevent_vul)) {
    const wanted = (metadata.severity ?? '').toLowerCase();
    const atLeast = SEVERITIES.find((each) => each === wanted);
    if (atLeast) rules.push({ vulnerabilities: { atLeast } });
    else left.push(`${name}: vulnerabilities of the severity ${wanted || 'none'} or worse; name one in a rule`);
  }
  if (on(metadata.auto_scan) || on(metadata.auto_sbom_generation))
    left.push(`${name}: scanning and bills of materials at every push; that is always done here`);
  if (on(metadata.public)) left.push(`${name}: that it is public; assay repo set says so of each repository`);
  if (on(metadata.reuse_sys_cve_allowlist))
    left.push(`${name}: the allow-list of the whole system, which is not in the project`);
  const ids = (allowed?.items ?? []).map((each) => each.cve_id);
  const until = allowed?.expires_at;
  for (const id of ids)
    left.push(
      until
        ? `${name}: the allowed ${id}; assay exception add '${name}/**' --vulnerability ${id} --until ${dayOf(until)} --reason '…'`
        : `${name}: the allowed ${id}, which never ends; an exception here needs an end and a reason`,
    );
  if (rules.length === 0) return [];
  return [
    {
      policy: slugOf(`harbor-${name}`, 'harbor'),
      description: `Harbor project ${name}`,
      mode: 'enforce',
      gates: ['pull'],
      repositories: [`${name}/**`],
      rules,
    },
  ];
}

/** Seconds since 1970 as a day. */
function dayOf(seconds: number): string {
  const at = new Date(seconds * 1000);
  return Number.isFinite(at.getTime()) ? at.toISOString().slice(0, 10) : 'DAY';
}
