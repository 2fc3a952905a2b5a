import type { Viewer } from '../../access/viewer.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { Subject } from '../../policy/evaluate.ts';
import { refusals, type RuleResult } from '../../policy/verdict.ts';
import type { Decisions } from '../policy/decisions.ts';
import type { ManifestReferenceText, Manifests } from '../registry/manifests.ts';

/**
 * How far an image is on its way to who runs it: `held` by a person, `pushed` and not read yet, `scanned`, `signed`, or
 * `released`: nothing that is enforced at the pull stands against it.
 */
export const stages = ['held', 'pushed', 'scanned', 'signed', 'released'] as const;
export type Stage = (typeof stages)[number];

export interface StageOfImage {
  readonly digest: string;
  readonly stage: Stage;
  /** What stands between it and its release. */
  readonly waitsFor: readonly RuleResult[];
}

/** The quarantine as states of an image; each follows from facts and rules, so that none can be set by hand. */
export class Stages {
  readonly #manifests: Manifests;
  readonly #decisions: Decisions;

  constructor(manifests: Manifests, decisions: Decisions) {
    this.#manifests = manifests;
    this.#decisions = decisions;
  }

  async of(viewer: Viewer, name: RepositoryName, reference: ManifestReferenceText): Promise<StageOfImage> {
    const { repository, manifest } = await this.#manifests.get(viewer, name, reference);
    const tag = 'tag' in reference ? reference.tag : undefined;
    const verdict = await this.#decisions.explain({ gate: 'pull', repository, manifest, tag, viewer });
    const waitsFor = refusals(verdict);
    if (waitsFor.length === 0) return { digest: manifest.digest, stage: 'released', waitsFor };
    const { gatherer } = this.#decisions;
    const images = await gatherer.imagesOf(repository, manifest);
    const subject = await gatherer.subject(repository, manifest, images, tag);
    return { digest: manifest.digest, stage: stageOf(subject), waitsFor };
  }
}

function stageOf({ facts, images }: Subject): Stage {
  const all = images && images.length > 0 ? images : [facts];
  if ([facts, ...all].some((each) => each.release.state === 'held')) return 'held';
  if (all.some((each) => each.gaps.analysis?.kind === 'pending')) return 'pushed';
  const signed = all.every((each) => each.trust?.state === 'verified' && each.trust.signatures.length > 0);
  return signed ? 'signed' : 'scanned';
}
