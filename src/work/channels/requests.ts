import { nameOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseRepositoryName, parseTag, type RepositoryName, type Tag } from '../../oci/names.ts';
import { isIn, nameInNext } from '../../policy/channels/channel.ts';
import type { Account } from '../../ports/access-records.ts';
import type { Approval, PromotionRequest, RequestFilter } from '../../ports/channel-records.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Page } from '../../ports/registry-records.ts';
import { isUnlimited } from '../access/accounts.ts';
import { appendEvent } from '../events.ts';
import type { PullGate } from '../policy/pull-gate.ts';
import type { ManifestReferenceText, Manifests } from '../registry/manifests.ts';
import { requirePush } from '../registry/repositories.ts';
import { isOneOf } from './approvers.ts';
import { queueCarryOut } from './carry-out-jobs.ts';
import type { CarryOut, RequestStanding } from './carry-out.ts';
import { channelsOf, type Step, stepsFrom } from './channel-book.ts';
import { endRequest } from './end-request.ts';
import { eventData, goalOf, openRequest, placeOfRequest, requestFor } from './open-request.ts';

/** Where an image shall come to; what is left out follows from the patterns of the channel. */
export interface Goal {
  readonly name: RepositoryName;
  readonly tag: Tag;
}

export interface RequestDetails extends RequestStanding {
  readonly request: PromotionRequest;
  readonly approvals: readonly Approval[];
}

/** Asking for promotions, approving and rejecting them. */
export class Requests {
  readonly #parts: {
    readonly database: Database;
    readonly clock: Clock;
    readonly manifests: Manifests;
    readonly pullGate: PullGate;
    readonly carryOut: CarryOut;
    readonly wakeJobs: () => void;
  };

  constructor(parts: {
    database: Database;
    clock: Clock;
    manifests: Manifests;
    pullGate: PullGate;
    carryOut: CarryOut;
    wakeJobs: () => void;
  }) {
    this.#parts = parts;
  }

  /**
   * Asks that what the tag names now go on to the next stage, and carries it out at once when nothing stands against it.
   * With `orNot` a request that would have to wait is not made: `promotion-waits` says for what.
   */
  async ask(
    viewer: Viewer,
    from: { readonly name: RepositoryName; readonly reference: ManifestReferenceText },
    asked: { readonly goal?: Goal | undefined; readonly digest?: Digest | undefined; readonly reason: string },
    orNot = false,
  ): Promise<RequestDetails> {
    const { database, clock, manifests, pullGate, carryOut } = this.#parts;
    if (viewer.kind !== 'account') throw new AssayError('unauthorized');
    if (asked.reason.trim() === '') throw new AssayError('input-invalid', 'a word on why is needed');
    if (!('tag' in from.reference))
      throw new AssayError('input-invalid', 'name the image by the tag that it has in the stage before');
    const { tag } = from.reference;
    const { repository: source, manifest } = await manifests.get(viewer, from.name, from.reference);
    if (asked.digest !== undefined && asked.digest !== manifest.digest)
      throw new AssayError('conflict', `${source.name}:${tag} is ${manifest.digest} now, not ${asked.digest}`);
    if (!source.rights.has('inspect')) await pullGate.manifest(viewer, source, manifest, tag, false);
    const { step, goal } = this.#step(
      await stepsFrom(database.records, source.name, tag),
      { source: source.name, tag },
      asked.goal,
    );
    await requirePush(database.records, viewer, goal.name);
    const wanted = {
      source,
      tag,
      digest: manifest.digest,
      target: goal.name,
      targetTag: goal.tag,
      reason: asked.reason,
    };
    const request = requestFor(step, wanted, viewer, clock.now());
    if (orNot) requireNothingMissing(await carryOut.standing(request));
    await database.change(async (records) => {
      if (await openRequest(records, step, request, viewer)) return;
      const standing = await records.channels.openRequest(goal.name, goal.tag);
      if (
        standing &&
        !(await records.registry.repositoryNameById({ kind: 'system', reason: 'is it there' }, standing.sourceId))
      ) {
        await endRequest(records, standing, 'void', viewer, `${standing.source} is no more`, clock.now());
        if (await openRequest(records, step, request, viewer)) return;
      }
      const visible = standing && (await records.channels.request(viewer, standing.id));
      throw new AssayError(
        'already-exists',
        `a request for ${goal.name}:${goal.tag} is open already${visible ? `: ${visible.id} by ${visible.askedBy}, for ${visible.digest}` : ''}; reject it first, or wait for it`,
      );
    });
    await carryOut.attempt(request);
    this.#parts.wakeJobs();
    return this.get(viewer, request.id);
  }

  #step(
    steps: readonly Step[],
    from: { source: RepositoryName; tag: Tag },
    wanted: Goal | undefined,
  ): { step: Step; goal: Goal } {
    if (steps.length === 0)
      throw new AssayError('not-found', `${from.source}:${from.tag} is in no stage that leads on to another`);
    if (wanted) {
      const step = steps.find(({ next }) => isIn(next, { repository: wanted.name, tag: wanted.tag }));
      if (step) return { step, goal: wanted };
      const lead = steps.map(({ next, channel }) => `${next.name} (${channel.name})`).join(', ');
      throw new AssayError(
        'input-invalid',
        `${wanted.name}:${wanted.tag} is not in the next stage: from here it is ${lead}`,
      );
    }
    const [step, another] = steps;
    if (another)
      throw new AssayError('input-invalid', `several channels lead on from ${from.source}:${from.tag}; say where to`);
    const place = nameInNext(step!.stage, step!.next, { repository: from.source, tag: from.tag });
    if (!place)
      throw new AssayError('input-invalid', `the stage ${step!.next.name} has several names for it; say where to`);
    return { step: step!, goal: { name: parseRepositoryName(place.repository), tag: parseTag(place.tag ?? '') } };
  }

  list(viewer: Viewer, page: Page & RequestFilter): Promise<PromotionRequest[]> {
    if (viewer.kind === 'anonymous') throw new AssayError('unauthorized');
    return this.#parts.database.records.channels.requests(viewer, page);
  }

  /** With what it waits for now, while it is open. */
  async get(viewer: Viewer, id: string): Promise<RequestDetails> {
    const { database, carryOut } = this.#parts;
    const request = await this.#request(database.records, viewer, id);
    const approvals = await database.records.channels.approvals(id);
    const standing = request.state === 'open' ? await carryOut.standing(request) : { requirements: [] };
    return { request, approvals, ...standing };
  }

  async approve(viewer: Viewer, id: string, note: string): Promise<RequestDetails> {
    const { database, clock, carryOut } = this.#parts;
    const request = await database.change(async (records) => {
      const found = await this.#open(records, viewer, id);
      const account = await requireWhole(records, viewer);
      if (account.id === found.askedById)
        throw new AssayError('denied', 'who asks does not approve; somebody else has to');
      if (!(await mayApprove(records, found, account)))
        throw new AssayError('denied', `you are none of those who approve what comes to ${found.stage}`);
      const now = clock.now();
      const approval = { accountId: account.id, account: account.name, note, at: now };
      if (!(await records.channels.addApproval(id, approval)))
        throw new AssayError('already-exists', 'you have approved it already');
      const data = { ...eventData(found), note };
      await appendEvent(records, now, 'promotion.approved', viewer, placeOfRequest(found), goalOf(found), data);
      await queueCarryOut(records, found.organisation, now);
      return found;
    });
    await carryOut.attempt(request);
    this.#parts.wakeJobs();
    return this.get(viewer, id);
  }

  /** Ends it: who could approve it, who asked for it, and owners of the organisation may. */
  async reject(viewer: Viewer, id: string, reason: string): Promise<RequestDetails> {
    const { database, clock } = this.#parts;
    if (reason.trim() === '') throw new AssayError('input-invalid', 'a word on why is needed');
    await database.change(async (records) => {
      const found = await this.#open(records, viewer, id);
      const account = await requireWhole(records, viewer);
      const owns = (await records.access.rightsIn(viewer, found.organisation)).has('administer');
      if (account.id !== found.askedById && !owns && !(await mayApprove(records, found, account)))
        throw new AssayError('denied', `you are none of those who approve what comes to ${found.stage}`);
      if (!(await endRequest(records, found, 'rejected', viewer, reason, clock.now()))) throw ended(found);
    });
    return this.get(viewer, id);
  }

  async #request(records: Records, viewer: Viewer, id: string): Promise<PromotionRequest> {
    if (viewer.kind === 'anonymous') throw new AssayError('unauthorized');
    const found = await records.channels.request(viewer, id);
    if (!found) throw new AssayError('not-found', 'no such request, or not visible to you');
    return found;
  }

  async #open(records: Records, viewer: Viewer, id: string): Promise<PromotionRequest> {
    const found = await this.#request(records, viewer, id);
    if (found.state !== 'open') throw ended(found);
    if (found.expiresAt <= this.#parts.clock.now()) throw new AssayError('conflict', 'the request has expired');
    return found;
  }
}

function ended({ state, settledBy }: PromotionRequest): AssayError {
  const by = settledBy === undefined ? '' : ` by ${settledBy}`;
  return new AssayError('conflict', `the request is ${state === 'open' ? 'ended' : state}${by} already`);
}

/** The account behind the viewer; a token that is narrower than its account says nothing in its name. */
async function requireWhole(records: Records, viewer: Viewer): Promise<Account> {
  if (viewer.kind !== 'account') throw new AssayError('unauthorized');
  if (!isUnlimited(viewer))
    throw new AssayError('denied', `the token that you came with does not speak for ${nameOf(viewer)}`);
  const account = await records.access.accountById(viewer.accountId);
  if (!account || account.disabled) throw new AssayError('unauthorized');
  return account;
}

async function mayApprove(records: Records, request: PromotionRequest, account: Account): Promise<boolean> {
  const all = await channelsOf(records, request.organisation);
  const channel = all.find(({ name, version }) => name === request.channel && version === request.version);
  const lines = channel?.stages.find(({ name }) => name === request.stage)?.promotion?.approvals ?? [];
  for (const { by } of lines) if (await isOneOf(records, request, account, by)) return true;
  return false;
}

function requireNothingMissing({ requirements, void: why }: RequestStanding): void {
  const missing = requirements.filter(({ met }) => !met);
  const [first] = missing;
  if (why === undefined && !first) return;
  const more = missing.length > 1 ? ` [and ${missing.length - 1} more]` : '';
  throw new AssayError(
    first?.kind === 'policy' ? 'policy-refused' : 'promotion-waits',
    `${why ?? first?.detail}${more}${first?.kind === 'approvals' ? '; ask for it with: assay channel request' : ''}`,
  );
}
