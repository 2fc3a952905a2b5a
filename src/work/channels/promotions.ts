import { nameOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import type { Digest } from '../../oci/digest.ts';
import { organisationOf, type RepositoryName, type Tag } from '../../oci/names.ts';
import { promotionOnly, type Standing } from '../../policy/channels/channel.ts';
import type { Gate } from '../../policy/facts.ts';
import { denialLine, type Verdict } from '../../policy/verdict.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import { Quotas } from '../access/quotas.ts';
import { appendEvent } from '../events.ts';
import type { Decisions } from '../policy/decisions.ts';
import type { PullGate } from '../policy/pull-gate.ts';
import type { ManifestReferenceText, Manifests } from '../registry/manifests.ts';
import { repositoryForPush, requirePush, requireRepository } from '../registry/repositories.ts';
import { bring } from './bring.ts';
import { channelsOf } from './channel-book.ts';
import { isOneOf } from './approvers.ts';
import type { Goal, Requests } from './requests.ts';
import { verdictsAt } from './requirements.ts';

/** The gates behind a promotion: what they would refuse there is not brought there. */
const GATES: readonly Gate[] = ['pull', 'deploy', 'run'];
const MAX_HISTORY = 2;

export interface Promotion {
  readonly from: string;
  readonly to: string;
  readonly digest: Digest;
  /** What the tag named before. */
  readonly previous: Digest | undefined;
  /** The request that stands for it, where a channel leads. */
  readonly request?: string;
  readonly verdicts: readonly Verdict[];
}

/**
 * Brings an image from one repository or tag to another at once or not at all, by the policies of where it goes and by
 * what its channel asks for: the same bytes under the same digest, with what the rules said in the event. One step leads
 * back.
 */
export class Promotions {
  readonly #parts: {
    readonly database: Database;
    readonly clock: Clock;
    readonly manifests: Manifests;
    readonly decisions: Decisions;
    readonly pullGate: PullGate;
    readonly requests: Requests;
  };
  readonly #quotas: Quotas;

  constructor(parts: {
    database: Database;
    clock: Clock;
    manifests: Manifests;
    decisions: Decisions;
    pullGate: PullGate;
    requests: Requests;
  }) {
    this.#parts = parts;
    this.#quotas = new Quotas(parts.database, parts.clock);
  }

  async promote(
    viewer: Viewer,
    from: { readonly name: RepositoryName; readonly reference: ManifestReferenceText },
    to: Goal,
    reason: string,
  ): Promise<Promotion> {
    const { database, clock, manifests, decisions, pullGate, requests } = this.#parts;
    requireReason(reason);
    const { repository: source, manifest } = await manifests.get(viewer, from.name, from.reference);
    await requirePush(database.records, viewer, to.name);
    const verdicts = await verdictsAt(decisions, { source, manifest, viewer }, to, GATES);
    const named = 'tag' in from.reference ? `${from.name}:${from.reference.tag}` : `${from.name}@${manifest.digest}`;
    if (await this.#stage(database.records, to)) {
      const { request } = await requests.ask(viewer, from, { goal: to, digest: manifest.digest, reason }, true);
      if (request.state !== 'promoted')
        throw new AssayError('promotion-waits', `the request ${request.id} is ${request.state}`);
      const { id, digest, previous } = request;
      return { from: named, to: `${to.name}:${to.tag}`, digest, previous, request: id, verdicts };
    }
    requireAllowed(verdicts, to);
    if (!source.rights.has('inspect')) await pullGate.manifest(viewer, source, manifest, undefined, false);
    await repositoryForPush(database, clock, viewer, to.name);
    await this.#quotas.requireRoom(viewer, to.name, 0);
    const previous = await database.change(async (records) => {
      const target = await requireRepository(records, viewer, to.name, 'push');
      if (await this.#stage(records, to)) throw new AssayError('conflict', 'a channel leads there since just now');
      const before = (await records.registry.tag(target, to.tag))?.digest;
      const now = clock.now();
      await bring({ records, viewer, source, target, now, statements: false }, manifest, to.tag);
      await appendEvent(records, now, 'image.promoted', viewer, target, `${to.name}:${to.tag}`, {
        from: named,
        digest: manifest.digest,
        ...(before && { previous: before }),
        reason,
        evidence: verdicts.map(({ gate, outcome, results, key }) => ({ gate, outcome, rules: results.length, key })),
      });
      return before;
    });
    return { from: named, to: `${to.name}:${to.tag}`, digest: manifest.digest, previous, verdicts };
  }

  /**
   * The tag names again what it named before its last move, by the policies of now. In a stage that only promotions reach
   * it is the last promotion that is taken back, by those who approve there or a maintainer.
   */
  async rollBack(
    viewer: Viewer,
    name: RepositoryName,
    tag: Tag,
    reason: string,
  ): Promise<{ readonly digest: Digest; readonly previous: Digest }> {
    const { database, clock, decisions } = this.#parts;
    requireReason(reason);
    const { records: now } = database;
    const repository = await requireRepository(now, viewer, name, 'pull');
    const standing = await this.#stage(now, { name, tag });
    if (standing) await requireRollBack(now, viewer, repository, standing);
    else await requireRepository(now, viewer, name, 'push');
    const { digest, previous } = await this.#step(now, repository, tag, standing);
    const manifest = await now.registry.manifest(repository, { digest });
    if (!manifest)
      throw new AssayError('not-found', `${digest}, which ${name}:${tag} was before, is not there any more`);
    const gates = standing?.stage.promotion?.gates ?? GATES;
    requireAllowed(await verdictsAt(decisions, { source: repository, manifest, viewer }, { name, tag }, gates), {
      name,
      tag,
    });
    await database.change(async (records) => {
      const at = clock.now();
      const step = await this.#step(records, repository, tag, await this.#stage(records, { name, tag }));
      if (step.digest !== digest || step.previous !== previous) throw new AssayError('conflict');
      if (step.promotion !== undefined) await records.channels.markRolledBack(step.promotion, at, nameOf(viewer));
      await bring(
        { records, viewer, source: repository, target: repository, now: at, statements: false },
        manifest,
        tag,
      );
      await appendEvent(records, at, 'tag.rolled-back', viewer, repository, `${name}:${tag}`, {
        digest,
        previous,
        reason,
        ...(step.promotion !== undefined && { request: step.promotion }),
      });
    });
    return { digest, previous };
  }

  async #stage(records: Records, { name, tag }: Goal): Promise<Standing | undefined> {
    return promotionOnly(await channelsOf(records, organisationOf(name)), { repository: name, tag });
  }

  /** What the tag goes back to, and what it names now. */
  async #step(
    { registry, channels }: Records,
    repository: Repository,
    tag: Tag,
    standing: Standing | undefined,
  ): Promise<{ digest: Digest; previous: Digest; promotion?: string }> {
    const nothing = new AssayError('not-found', `${repository.name}:${tag} has nothing before it to go back to`);
    if (!standing) {
      const [last] = await registry.tagHistory(repository, tag, { limit: MAX_HISTORY });
      if (last?.digest === undefined || last.previous === undefined) throw nothing;
      return { digest: last.previous, previous: last.digest };
    }
    const last = await channels.lastPromotion(repository.name, tag);
    if (!last?.previous || (await registry.tag(repository, tag))?.digest !== last.digest) throw nothing;
    return { digest: last.previous, previous: last.digest, promotion: last.id };
  }
}

async function requireRollBack(
  records: Records,
  viewer: Viewer,
  repository: Repository,
  { channel, stage }: Standing,
): Promise<void> {
  if (repository.rights.has('manage')) return;
  const account = viewer.kind === 'account' ? await records.access.accountById(viewer.accountId) : undefined;
  const lines = stage.promotion?.approvals ?? [];
  const place = { organisation: channel.organisation, target: repository.name };
  for (const { by } of lines) if (account && (await isOneOf(records, place, account, by))) return;
  if (lines.length === 0 && repository.rights.has('push')) return;
  throw new AssayError(
    'denied',
    `you may not roll back in the stage ${stage.name}; ask one of those who approve there`,
  );
}

function requireAllowed(verdicts: readonly Verdict[], to: Goal): void {
  for (const verdict of verdicts)
    if (verdict.outcome === 'deny')
      throw new AssayError('policy-refused', `${to.name}:${to.tag} at ${verdict.gate}: ${denialLine(verdict)}`, {
        detail: { digest: verdict.digest, gate: verdict.gate },
      });
}

function requireReason(reason: string): void {
  if (reason.trim() === '') throw new AssayError('input-invalid', 'a word on why is needed');
}
