import type { Gate } from '../../policy/facts.ts';
import { matchesGlob } from '../../policy/scope.ts';
import type { ImageAnswer } from './image-judge.ts';

/** What the configuration says of images of other registries. */
export interface ForeignRule {
  /** Empty: refused where some policy is enforced at the gate. */
  readonly mode: '' | 'deny' | 'allow' | 'list';
  readonly list: readonly string[];
}

/** An image of another registry: no facts of it are here, so that the configuration alone answers. */
export function foreignAnswer(rule: ForeignRule, image: string, gate: Gate, enforced: boolean): ImageAnswer {
  const answer = (outcome: ImageAnswer['outcome'], line: string): ImageAnswer => ({
    outcome,
    line,
    warnings: [],
    images: [],
  });
  if (rule.mode === 'allow') return answer('allow', 'allowed: foreignImages is allow');
  if (rule.list.some((glob) => matchesGlob(glob, nameOnly(image)) || matchesGlob(glob, image)))
    return answer('allow', 'allowed: on the foreignImageList');
  if (rule.mode === '' && !enforced) return answer('allow', `allowed: no policy is enforced at ${gate}`);
  const what = image === 'local' ? 'an image that was made here' : `${image} is of another registry`;
  const why = rule.mode === '' ? `and policies are enforced at ${gate}` : `and foreignImages is ${rule.mode}`;
  const cure =
    image === 'local'
      ? 'push it to this registry and run it from there'
      : 'bring it in with assay copy, or put it on the foreignImageList';
  return answer('deny', `policy images, rule foreign: ${what}, ${why}; ${cure}`);
}

/** Without tag and digest, so that a glob is about names. */
function nameOnly(image: string): string {
  const named = image.split('@', 1)[0]!;
  const colon = named.lastIndexOf(':');
  return colon > named.lastIndexOf('/') ? named.slice(0, colon) : named;
}
