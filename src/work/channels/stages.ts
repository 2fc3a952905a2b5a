import type { Viewer } from '../../access/viewer.ts';
import type { Digest } from '../../oci/digest.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { Subject } from '../../policy/evaluate.ts';
import { refusals, type RuleResult } from '../../policy/verdict.ts';
import type { ImageStage } from '../../ports/policy-records.ts';
import type { Decisions, Question } from '../policy/decisions.ts';
import type { ManifestReferenceText, Manifests } from '../registry/manifests.ts';

export interface StageOfImage {
  readonly digest: Digest;
  /** `released`: nothing that is enforced at the pull stands against it. */
  readonly stage: ImageStage;
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
    return stageOfManifest(this.#decisions, {
      gate: 'pull',
      repository,
      manifest,
      tag: 'tag' in reference ? reference.tag : undefined,
      viewer,
    });
  }
}

/** The stage of an image that was looked up for its viewer. */
export async function stageOfManifest(decisions: Decisions, question: Question): Promise<StageOfImage> {
  const { repository, manifest, tag } = question;
  const waitsFor = refusals(await decisions.explain(question));
  if (waitsFor.length === 0) return { digest: manifest.digest, stage: 'released', waitsFor };
  const { gatherer } = decisions;
  const images = await gatherer.imagesOf(repository, manifest);
  const subject = await gatherer.subject(repository, manifest, images, tag);
  return { digest: manifest.digest, stage: stageOf(subject), waitsFor };
}

function stageOf({ facts, images }: Subject): ImageStage {
  const all = images && images.length > 0 ? images : [facts];
  if ([facts, ...all].some((each) => each.release.state === 'held')) return 'held';
  if (all.some((each) => each.gaps.analysis?.kind === 'pending')) return 'pushed';
  const signed = all.every((each) => each.trust?.state === 'verified' && each.trust.signatures.length > 0);
  return signed ? 'signed' : 'scanned';
}
