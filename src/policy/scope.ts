import { RE2JS } from 're2js';
import { type ImageFacts, labelOf, type PolicyRequest } from './facts.ts';
import { globToPattern } from './predicates/glob.ts';
import type { Scope } from './rule.ts';

const compiled = new Map<string, RE2JS>();

/** True when the whole text fits the glob. */
export function matchesGlob(glob: string, text: string): boolean {
  // Most globs are a name, or everything under one; a thousand policies are looked through for one image.
  if (!/[*?]/.test(glob)) return glob === text;
  if (glob.endsWith('/**') && !/[*?]/.test(glob.slice(0, -3))) return text.startsWith(glob.slice(0, -2));
  let pattern = compiled.get(glob);
  if (!pattern) {
    if (compiled.size > 5000) compiled.clear();
    pattern = RE2JS.compile(globToPattern(glob));
    compiled.set(glob, pattern);
  }
  return pattern.matches(text);
}

function anyGlob(globs: readonly string[] | undefined, text: string): boolean {
  return globs === undefined || globs.some((glob) => matchesGlob(glob, text));
}

/** True when a policy of this scope could apply to the repository at this gate, whatever the image is. */
export function mayGovern(scope: Scope, request: Pick<PolicyRequest, 'gate' | 'repository'>): boolean {
  return scope.gates.includes(request.gate) && anyGlob(scope.repositories, request.repository);
}

/**
 * True when a policy of this scope applies. Named by digest, an image is under the policies of every tag that names it;
 * without any tag it is under all of the repository's, so that a digest is no way around a tag's policy.
 */
export function governs(scope: Scope, request: PolicyRequest, image: ImageFacts): boolean {
  if (!mayGovern(scope, request) || !isActor(scope.actors, request.actor)) return false;
  const tags = request.tag === undefined ? image.tags : [request.tag];
  if (scope.tags !== undefined && tags.length > 0 && !tags.some((tag) => anyGlob(scope.tags, tag))) return false;
  return Object.entries(scope.labels ?? {}).every(([name, value]) => {
    const found = labelOf(image, name);
    return found !== undefined && matchesGlob(value, found);
  });
}

function isActor(wanted: readonly string[] | undefined, actor: PolicyRequest['actor']): boolean {
  if (wanted === undefined) return true;
  return wanted.some((each) =>
    each.startsWith('@') ? each.slice(1) === actor.class : actor.class !== 'anonymous' && matchesGlob(each, actor.name),
  );
}
