import type { Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import type { Digest } from '../../oci/digest.ts';
import { type Manifest, parseManifest, requiredBlobs } from '../../oci/manifest.ts';
import { organisationOf, type RepositoryName, type Tag } from '../../oci/names.ts';
import type { Gate } from '../../policy/facts.ts';
import { denialLine, type Verdict } from '../../policy/verdict.ts';
import type { Database } from '../../ports/database.ts';
import type { Repository, StoredManifest } from '../../ports/registry-records.ts';
import { appendEvent } from '../events.ts';
import type { Decisions } from '../policy/decisions.ts';
import type { Blobs } from '../registry/blobs.ts';
import type { ManifestReferenceText, Manifests } from '../registry/manifests.ts';
import { requireRepository } from '../registry/repositories.ts';

/** The gates behind a promotion: what they would refuse there is not brought there. */
const GATES: readonly Gate[] = ['pull', 'deploy', 'run'];
const MAX_NESTING = 4;
const MAX_HISTORY = 2;

export interface Promotion {
  readonly from: string;
  readonly to: string;
  readonly digest: Digest;
  /** What the tag named before. */
  readonly previous: Digest | undefined;
  readonly verdicts: readonly Verdict[];
}

export interface PromotionParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly manifests: Manifests;
  readonly blobs: Blobs;
  readonly decisions: Decisions;
}

/**
 * Brings an image from one repository or tag to another (intake, staging, production) by the policies of where it goes:
 * the same bytes under the same digest, with what the rules said written into the event. One step leads back.
 */
export class Promotions {
  readonly #parts: PromotionParts;

  constructor(parts: PromotionParts) {
    this.#parts = parts;
  }

  async promote(
    viewer: Viewer,
    from: { readonly name: RepositoryName; readonly reference: ManifestReferenceText },
    to: { readonly name: RepositoryName; readonly tag: Tag },
    reason: string,
  ): Promise<Promotion> {
    const { database, clock, manifests } = this.#parts;
    requireReason(reason);
    const { repository, manifest } = await manifests.get(viewer, from.name, from.reference);
    await manifests.requirePush(viewer, to.name);
    const verdicts = await this.#judged(viewer, repository, manifest, to);
    const previous = await this.#standing(viewer, to);
    await this.#bring(viewer, repository, manifest, to.name, undefined, 0);
    await this.#put(viewer, to.name, { tag: to.tag }, manifest);
    const named = 'tag' in from.reference ? `${from.name}:${from.reference.tag}` : `${from.name}@${manifest.digest}`;
    await database.change(async (records) => {
      const target = await requireRepository(records, viewer, to.name, 'push');
      await appendEvent(records, clock.now(), 'image.promoted', viewer, target, `${to.name}:${to.tag}`, {
        from: named,
        digest: manifest.digest,
        ...(previous && { previous }),
        reason,
        evidence: verdicts.map(({ gate, outcome, results, key }) => ({ gate, outcome, rules: results.length, key })),
      });
    });
    return { from: named, to: `${to.name}:${to.tag}`, digest: manifest.digest, previous, verdicts };
  }

  /** The tag names again what it named before its last move, by the policies of now. */
  async rollBack(
    viewer: Viewer,
    name: RepositoryName,
    tag: Tag,
    reason: string,
  ): Promise<{ readonly digest: Digest; readonly previous: Digest }> {
    const { database, clock, manifests } = this.#parts;
    requireReason(reason);
    const repository = await requireRepository(database.records, viewer, name, 'push');
    const [last] = await database.records.registry.tagHistory(repository, tag, { limit: MAX_HISTORY });
    if (last?.digest === undefined || last.previous === undefined)
      throw new AssayError('not-found', `${name}:${tag} has nothing before it to go back to`);
    const { manifest } = await manifests.get(viewer, name, { digest: last.previous });
    await this.#judged(viewer, repository, manifest, { name, tag });
    await this.#put(viewer, name, { tag }, manifest);
    const [digest, previous] = [last.previous, last.digest];
    await database.change((records) =>
      appendEvent(records, clock.now(), 'tag.rolled-back', viewer, repository, `${name}:${tag}`, {
        digest,
        previous,
        reason,
      }),
    );
    return { digest, previous };
  }

  /** Facts of where it is, rules and names of where it goes. */
  async #judged(
    viewer: Viewer,
    repository: Repository,
    manifest: StoredManifest,
    to: { readonly name: RepositoryName; readonly tag: Tag },
  ): Promise<Verdict[]> {
    const { decisions } = this.#parts;
    const rules = await decisions.ruleBook.current(organisationOf(to.name));
    const verdicts: Verdict[] = [];
    for (const gate of GATES) {
      const question = { gate, repository, manifest, tag: to.tag, viewer };
      const verdict = await decisions.decide(question, rules, decisions.requestAs(question, to.name));
      if (verdict.outcome === 'deny')
        throw new AssayError('policy-refused', `${to.name}:${to.tag} at ${gate}: ${denialLine(verdict)}`, {
          detail: { digest: verdict.digest, gate },
        });
      verdicts.push(verdict);
    }
    return verdicts;
  }

  async #standing(viewer: Viewer, { name, tag }: { name: RepositoryName; tag: Tag }): Promise<Digest | undefined> {
    const { registry } = this.#parts.database.records;
    const target = await registry.repository(viewer, name);
    return target && (await registry.tag(target, tag))?.digest;
  }

  /** Blobs first, then the images of an index, then the index: nothing there ever names what is missing. */
  async #bring(
    viewer: Viewer,
    source: Repository,
    stored: StoredManifest,
    into: RepositoryName,
    reference: ManifestReferenceText | undefined,
    depth: number,
  ): Promise<void> {
    if (source.name === into) return;
    if (depth > MAX_NESTING) throw new AssayError('content-budget-exceeded', 'indexes are nested too deep');
    const manifest: Manifest = parseManifest(stored.raw, stored.mediaType, stored.digest);
    for (const { digest } of requiredBlobs(manifest))
      if (!(await this.#parts.blobs.mount(viewer, into, digest, source.name)))
        throw new AssayError('blob-unknown', `${digest} could not be taken over from ${source.name}`);
    if (manifest.kind === 'index')
      for (const { digest } of manifest.manifests) {
        const child = await this.#parts.database.records.registry.manifest(source, { digest });
        if (child) await this.#bring(viewer, source, child, into, { digest }, depth + 1);
      }
    if (reference) await this.#put(viewer, into, reference, stored);
  }

  async #put(
    viewer: Viewer,
    name: RepositoryName,
    reference: ManifestReferenceText,
    { raw, mediaType, digest }: StoredManifest,
  ): Promise<void> {
    // By digest first, so that the bytes keep the algorithm that they were stored under.
    if ('tag' in reference)
      await this.#parts.manifests.put(viewer, name, {
        reference: { digest },
        tags: [reference.tag],
        contentType: mediaType,
        raw,
      });
    else await this.#parts.manifests.put(viewer, name, { reference, tags: [], contentType: mediaType, raw });
  }
}

function requireReason(reason: string): void {
  if (reason.trim() === '') throw new AssayError('input-invalid', 'a word on why is needed');
}
