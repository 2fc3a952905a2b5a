import { stringify } from 'yaml';
import type { Mode } from '../rule.ts';

/** A policy as it is taken over; `rules` are as the YAML has them. */
export interface ImportedPolicy {
  readonly policy: string;
  readonly description: string;
  readonly mode: Mode;
  readonly gates?: readonly string[];
  readonly repositories?: readonly string[];
  readonly tags?: readonly string[];
  readonly rules: readonly Readonly<Record<string, unknown>>[];
}

/** What another tool's settings become here, and what of them has no place here. */
export interface Imported {
  readonly policies: readonly ImportedPolicy[];
  /** One sentence each; nothing is dropped without one. */
  readonly left: readonly string[];
}

/** The policy file that an import makes; what was left out stands in it as comments. */
export function importedText({ policies, left }: Imported, from: string, organisation: string | undefined): string {
  const head = [`# Taken over from ${from}.`, ...left.map((each) => `# not carried over: ${each}`)]
    .map(oneLine)
    .join('\n');
  const documents = policies.map(({ policy, ...rest }) =>
    stringify({ policy, ...(organisation !== undefined && { organisation }), ...rest }, { lineWidth: 100 }),
  );
  return `${head}\n${documents.join('---\n')}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** A name for a policy out of a foreign one. */
export function slugOf(text: string, fallback: string): string {
  const slug = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-/, '')
    .replace(/-$/, '');
  return slug === '' || slug === 'quarantine' ? fallback : slug;
}

/** The policies with names that are told apart. */
export function distinct(policies: readonly ImportedPolicy[]): ImportedPolicy[] {
  const seen = new Map<string, number>();
  return policies.map((each) => {
    const count = (seen.get(each.policy) ?? 0) + 1;
    seen.set(each.policy, count);
    return count === 1 ? each : { ...each, policy: `${each.policy.slice(0, 55)}-${count}` };
  });
}
