import { z } from 'zod';
import type { Mode } from '../rule.ts';
import { type OwnPattern, ownPattern, scopeOf } from './image-globs.ts';
import { distinct, type Imported, type ImportedPolicy, slugOf } from './imported.ts';

const loose = z.record(z.string(), z.unknown());
const list = z.array(loose).max(1000).default([]);
const texts = z.array(z.string().max(2000)).max(1000).default([]);

const resource = z.looseObject({
  kind: z.string().max(200),
  metadata: z.looseObject({ name: z.string().max(300).default('') }).default({ name: '' }),
  spec: loose.default({}),
});
type Resource = z.output<typeof resource>;

/** Kinds of Kubernetes that say which images may run, and what takes each of them over. */
const readers: Readonly<
  Record<string, (from: Resource, hosts: readonly string[], left: string[]) => ImportedPolicy[]>
> = {
  ClusterPolicy: verifyImages,
  Policy: verifyImages,
  ImageValidatingPolicy: imageValidating,
  NamespacedImageValidatingPolicy: imageValidating,
  ClusterImagePolicy: clusterImage,
};

/** True for a document of a kind that is read here. */
export function isKubernetes(value: unknown): boolean {
  const parsed = resource.safeParse(value);
  return parsed.success && Object.hasOwn(readers, parsed.data.kind);
}

/** Takes over Kyverno's verifyImages and ImageValidatingPolicy and sigstore's ClusterImagePolicy. */
export function importKubernetes(values: readonly unknown[], hosts: readonly string[]): Imported {
  const left: string[] = [];
  const policies = values.flatMap((value) => {
    const parsed = resource.safeParse(value);
    if (!parsed.success) {
      left.push('a document that is no Kubernetes resource');
      return [];
    }
    const { kind, metadata } = parsed.data;
    const reader = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
    if (reader) return reader(parsed.data, hosts, left);
    left.push(`${kind} ${metadata.name}: nothing of this kind says which images may run`);
    return [];
  });
  return { policies: distinct(policies), left };
}

/** A text of the resource, cut to what a policy may hold. */
function textOf(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value.slice(0, 300) : fallback;
}

interface Patterns {
  readonly own: readonly OwnPattern[];
  readonly foreign: readonly string[];
}

function patternsOf(globs: readonly string[], hosts: readonly string[], star: 'segment' | 'any'): Patterns {
  const own: OwnPattern[] = [];
  const foreign: string[] = [];
  for (const glob of globs) {
    const found = ownPattern(glob, hosts, star);
    if (found) own.push(found);
    else foreign.push(glob);
  }
  return { own, foreign };
}

function tellForeign(name: string, foreign: readonly string[], left: string[]): void {
  if (foreign.length > 0) left.push(`${name}: images of other registries (${foreign.slice(0, 20).join(', ')})`);
}

const kyvernoRule = z.looseObject({ name: z.string().max(300).default(''), verifyImages: list });
const verified = z.looseObject({
  imageReferences: texts,
  image: z.string().max(2000).optional(),
  attestors: list,
  attestations: list,
  mutateDigest: z.boolean().optional(),
  required: z.boolean().optional(),
  failureAction: z.string().max(100).optional(),
});

/** `ClusterPolicy` with `verifyImages` (kyverno.io/v1). */
function verifyImages({ metadata, spec }: Resource, hosts: readonly string[], left: string[]): ImportedPolicy[] {
  const rules = list.safeParse(spec['rules']);
  const whole = textOf(spec['validationFailureAction'], 'Audit');
  return (rules.success ? rules.data : []).flatMap((raw) => {
    const rule = kyvernoRule.safeParse(raw);
    if (!rule.success) return [];
    const name = `${metadata.name}/${rule.data.name}`;
    for (const other of ['validate', 'mutate', 'generate'])
      if (other in raw) left.push(`${name}: ${other} is not about what an image is`);
    if ('match' in raw || 'exclude' in raw)
      left.push(`${name}: which resources it matches; a policy here is about images`);
    return rule.data.verifyImages.flatMap((each) => {
      const found = verified.safeParse(each);
      if (!found.success) {
        left.push(`${name}: a part of verifyImages that cannot be read`);
        return [];
      }
      const { imageReferences, image, attestors, attestations, mutateDigest, failureAction } = found.data;
      const { own, foreign } = patternsOf([...imageReferences, ...(image === undefined ? [] : [image])], hosts, 'any');
      tellForeign(name, foreign, left);
      if (attestations.length > 0) left.push(`${name}: conditions on ${attestations.length} attestations`);
      if (attestors.length > 0)
        left.push(`${name}: ${keysIn(attestors)}; the rule asks for a signature of content trust`);
      if (mutateDigest === true)
        left.push(`${name}: mutateDigest; the deploy gate of this registry pins digests by itself`);
      if (own.length === 0) return [];
      return [
        {
          policy: slugOf(`kyverno-${metadata.name}-${rule.data.name}`, 'kyverno'),
          description: `Kyverno, ${name}`,
          mode: /^enforce$/i.test(failureAction ?? whole) ? 'enforce' : 'audit',
          gates: ['deploy'],
          ...scopeOf(own),
          rules: [{ signed: true }],
        },
      ];
    });
  });
}

function keysIn(attestors: readonly unknown[]): string {
  const text = JSON.stringify(attestors);
  const kinds = ['publicKeys', 'keyless', 'certificates', 'certificate', 'notary', 'cosign', 'kms'].filter((each) =>
    text.includes(`"${each}"`),
  );
  return `its attestors (${kinds.length === 0 ? 'of an unknown kind' : kinds.join(', ')})`;
}

const ACTIONS: Readonly<Record<string, Mode>> = { deny: 'enforce', warn: 'warn', audit: 'audit' };

/** `ImageValidatingPolicy` (policies.kyverno.io). */
function imageValidating({ metadata, spec }: Resource, hosts: readonly string[], left: string[]): ImportedPolicy[] {
  const { name } = metadata;
  const references = list.safeParse(spec['matchImageReferences'] ?? spec['imageRules']);
  const globs = (references.success ? references.data : []).flatMap((each) => {
    if (typeof each['glob'] === 'string') return [each['glob']];
    left.push(`${name}: an expression over image names`);
    return [];
  });
  const { own, foreign } = patternsOf(globs, hosts, 'any');
  tellForeign(name, foreign, left);
  const attestors = list.safeParse(spec['attestors']);
  if (attestors.success && attestors.data.length > 0)
    left.push(`${name}: ${keysIn(attestors.data)}; the rule asks for a signature of content trust`);
  for (const key of [
    'matchConstraints',
    'matchConditions',
    'attestations',
    'variables',
    'images',
    'credentials',
    'autogen',
  ])
    if (key in spec) left.push(`${name}: ${key}`);
  const validations = list.safeParse(spec['validations']);
  let signed = false;
  for (const each of validations.success ? validations.data : []) {
    const expression = textOf(each['expression'], '');
    if (/\bverifyImageSignatures\s*\(/.test(expression)) signed = true;
    else left.push(`${name}: the validation ${expression.slice(0, 300)}`);
  }
  if (own.length === 0 || !signed) return [];
  const actions = texts.safeParse(spec['validationActions']);
  const modes = (actions.success ? actions.data : []).flatMap((each) => ACTIONS[each.toLowerCase()] ?? []);
  const mode = (['enforce', 'warn', 'audit'] as const).find((each) => modes.includes(each)) ?? 'enforce';
  return [
    {
      policy: slugOf(`kyverno-${name}`, 'kyverno'),
      description: `Kyverno ImageValidatingPolicy ${name}`,
      mode,
      gates: ['deploy'],
      ...scopeOf(own),
      rules: [{ signed: true }],
    },
  ];
}

/** `ClusterImagePolicy` (policy.sigstore.dev). */
function clusterImage({ metadata, spec }: Resource, hosts: readonly string[], left: string[]): ImportedPolicy[] {
  const { name } = metadata;
  const images = list.safeParse(spec['images']);
  const globs = (images.success ? images.data : []).flatMap((each) => {
    if (typeof each['glob'] === 'string') return [each['glob']];
    left.push(`${name}: an expression over image names (${textOf(each['regex'], 'unknown')})`);
    return [];
  });
  const { own, foreign } = patternsOf(globs, hosts, 'segment');
  tellForeign(name, foreign, left);
  if ('match' in spec) left.push(`${name}: which resources it matches`);
  if ('policy' in spec) left.push(`${name}: its policy in CUE or Rego`);
  const authorities = list.safeParse(spec['authorities']);
  const rules: Record<string, unknown>[] = [];
  for (const each of authorities.success ? authorities.data : []) {
    const action = loose.safeParse(each['static']);
    if (action.success && action.data['action'] === 'fail')
      rules.push({ cel: 'false', id: 'rejected', message: textOf(action.data['message'], 'rejected') });
    else if (action.success) left.push(`${name}: a static pass; what no policy speaks of passes here`);
    else {
      const kind = ['key', 'keyless', 'rfc3161timestamp', 'source'].filter((part) => part in each).join(', ');
      left.push(
        `${name}: the authority ${textOf(each['name'], kind)} (${kind}); the rule asks for a signature of content trust`,
      );
      if ('attestations' in each) left.push(`${name}: conditions on attestations`);
      if (!rules.some((rule) => 'signed' in rule)) rules.push({ signed: true });
    }
  }
  if (own.length === 0 || rules.length === 0) return [];
  const mode = spec['mode'] === 'warn' ? 'warn' : 'enforce';
  const description = `ClusterImagePolicy ${name}`;
  const policy = slugOf(`sigstore-${name}`, 'sigstore');
  return [{ policy, description, mode, gates: ['deploy'], ...scopeOf(own), rules }];
}
