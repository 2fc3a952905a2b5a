import type { Viewer } from '../../access/viewer.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { Digest } from '../../oci/digest.ts';
import { asEnginesRead } from '../../oci/hub-name.ts';
import { parseRepositoryName, parseTag } from '../../oci/names.ts';
import { formatReference, parseRegistryReference, type RegistryReference } from '../../oci/reference.ts';
import type { Gate } from '../../policy/facts.ts';
import type { DecisionQuestion } from '../../policy/signed-decision.ts';
import { denialLine, isAgainst, type Verdict } from '../../policy/verdict.ts';
import type { Manifests } from '../registry/manifests.ts';
import type { Decisions } from '../policy/decisions.ts';
import type { Refusals } from '../policy/refusals.ts';
import { foreignAnswer, type ForeignRule } from './foreign-images.ts';

/** What a gate outside the registry is told of an image. */
export interface ImageAnswer {
  readonly outcome: 'allow' | 'deny';
  /** The one line for a person: rule, evidence, cure. */
  readonly line: string;
  readonly warnings: readonly string[];
  /** The image by digest, its tag kept for people: `host/shop/app:1.2@sha256:…`; of the server's own images. */
  readonly pinned?: string;
  readonly digest?: Digest;
  /** Digests of its images and of their configurations, as engines name them. */
  readonly images: readonly string[];
  readonly validUntil?: number;
  readonly verdict?: Verdict;
}

export interface JudgeParts {
  readonly manifests: Manifests;
  readonly decisions: Decisions;
  readonly refusals: Refusals;
  /** Tells whether `host[:port]` in lower case is this registry. */
  readonly isOwnRegistry: (host: string) => boolean;
  readonly foreign: ForeignRule;
}

/** An image that was made on a host and came from no registry. */
export const LOCAL_IMAGE = 'local';

/** Judges images by the names that clusters and engines write; every gate outside the registry asks here. */
export class ImageJudge {
  readonly #parts: JudgeParts;

  constructor(parts: JudgeParts) {
    this.#parts = parts;
  }

  /** `record` notes what was refused; a dry run leaves no trace. */
  async judge(viewer: Viewer, question: DecisionQuestion, record: boolean): Promise<ImageAnswer> {
    const { gate, image } = question;
    if (image === LOCAL_IMAGE) return this.#foreign(viewer, gate, LOCAL_IMAGE, record);
    let reference: RegistryReference & { readonly host: string };
    try {
      reference = asEnginesRead(parseRegistryReference(image));
    } catch (error) {
      if (isAssayError(error, 'reference-invalid', 'tag-invalid')) return denied('name', error.message);
      throw error;
    }
    if (!this.#parts.isOwnRegistry(reference.host))
      return this.#foreign(viewer, gate, formatReference(reference), record);
    return this.#own(viewer, question, reference, record);
  }

  async #foreign(viewer: Viewer, gate: Gate, image: string, record: boolean): Promise<ImageAnswer> {
    const { decisions, refusals, foreign } = this.#parts;
    const answer = foreignAnswer(foreign, image, gate, await decisions.ruleBook.enforces(gate));
    if (record && answer.outcome === 'deny') refusals.noteForeign(viewer, image, gate, answer.line);
    return answer;
  }

  async #own(
    viewer: Viewer,
    { gate, platform, powers }: DecisionQuestion,
    reference: RegistryReference & { readonly host: string },
    record: boolean,
  ): Promise<ImageAnswer> {
    const { manifests, decisions, refusals } = this.#parts;
    // A kubelet and an engine take the digest and leave the tag aside where both are written.
    const { digest } = reference;
    const tag = digest === undefined ? (reference.tag ?? parseTag('latest')) : undefined;
    let found: Awaited<ReturnType<Manifests['get']>>;
    try {
      found = await manifests.get(
        viewer,
        parseRepositoryName(reference.repository),
        tag ? { tag } : { digest: digest! },
      );
    } catch (error) {
      if (isAssayError(error, 'name-unknown', 'manifest-unknown', 'name-invalid', 'name-reserved', 'denied'))
        return denied('missing', `${formatReference(reference)}: ${error.message}`);
      throw error;
    }
    const { repository, manifest } = found;
    const images = await decisions.gatherer.imagesOf(repository, manifest);
    const known: string[] = [manifest.digest];
    for (const each of images) {
      known.push(each.digest);
      if (each.kind === 'image') known.push(each.config.digest);
    }
    const pinned = formatReference({ ...reference, digest: manifest.digest });
    const same = { pinned, digest: manifest.digest, images: [...new Set(known)] };
    const verdict = await decisions.ask({ gate, repository, manifest, tag, viewer, platform, powers });
    if (!verdict) return { outcome: 'allow', line: 'allowed: no policy rules here', warnings: [], ...same };
    if (record) refusals.note(viewer, repository, verdict);
    return {
      outcome: verdict.outcome,
      line: denialLine(verdict),
      warnings: warningsOf(verdict),
      ...same,
      ...(verdict.validUntil !== undefined && { validUntil: verdict.validUntil }),
      verdict,
    };
  }
}

function denied(rule: string, detail: string): ImageAnswer {
  return { outcome: 'deny', line: `policy images, rule ${rule}: ${detail}`, warnings: [], images: [] };
}

const MAX_WARNINGS = 10;

function warningsOf({ results }: Verdict): string[] {
  return results
    .filter((each) => each.mode === 'warn' && isAgainst(each))
    .slice(0, MAX_WARNINGS)
    .map(({ policy, rule, statement, cure }) =>
      `policy ${policy}, rule ${rule}: ${statement}${cure === '' ? '' : `; ${cure}`}`.slice(0, 500),
    );
}

/** Thrown where an image is refused to a person of ours: the line, with status 403. */
export function refusedImage({ line }: Pick<ImageAnswer, 'line'>): AssayError {
  return new AssayError('policy-refused', line);
}
