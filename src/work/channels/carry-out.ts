import { z } from 'zod';
import { systemViewer, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { PromotionTerms } from '../../policy/channels/channel.ts';
import type { Verdict } from '../../policy/verdict.ts';
import type { Approval, PromotionRequest } from '../../ports/channel-records.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Repository, StoredManifest } from '../../ports/registry-records.ts';
import { Quotas } from '../access/quotas.ts';
import { appendEvent } from '../events.ts';
import type { JobHandler } from '../jobs/runner.ts';
import type { Decisions } from '../policy/decisions.ts';
import { createRepository } from '../registry/repositories.ts';
import { bring } from './bring.ts';
import { channelsOf } from './channel-book.ts';
import { endRequest, tellAsker } from './end-request.ts';
import { CARRY_OUT } from './carry-out-jobs.ts';
import { eventData, goalOf } from './open-request.ts';
import { ageNow, approvalsNow, askerNow, policyNow, type Requirement, stoodThere, verdictsAt } from './requirements.ts';

const PAGE = 200;
/** Rules that change while an image is judged have it judged anew, so often. */
const MAX_TRIES = 3;

const system = systemViewer('promotions');
const payloadShape = z.object({ organisation: z.string().optional() });

/** How a request stands: what it needs, or why it can come to nothing any more. */
export interface RequestStanding {
  readonly requirements: readonly Requirement[];
  readonly void?: string;
}

interface Judged extends RequestStanding {
  readonly terms: PromotionTerms;
  readonly viewer: Viewer | undefined;
  readonly source: Repository;
  readonly manifest: StoredManifest;
  readonly verdicts: readonly Verdict[];
  readonly counted: readonly Approval[];
  /** Of everything that rules in the organisation, holds included, before the image was judged. */
  readonly revision: string;
  readonly facts: string;
}

/**
 * Carries out what was asked for as soon as nothing stands against it. Everything is judged anew; the tag moves, the
 * request ends and the evidence is kept in one transaction, so that a promotion happens once whoever tries it how often.
 */
export class CarryOut implements JobHandler {
  readonly kind = CARRY_OUT;
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #decisions: Decisions;
  readonly #quotas: Quotas;

  constructor(database: Database, clock: Clock, decisions: Decisions) {
    this.#database = database;
    this.#clock = clock;
    this.#decisions = decisions;
    this.#quotas = new Quotas(database, clock);
  }

  async run(payload: unknown, signal: AbortSignal): Promise<void> {
    const { channels } = this.#database.records;
    const { organisation } = payloadShape.parse(payload);
    const all = organisation === undefined ? await channels.organisationsWithChannels() : [organisation];
    for (const each of all)
      for (let after: string | undefined; !signal.aborted; ) {
        const page = await channels.requests(system, { organisation: each, state: 'open', after, limit: PAGE });
        for (const request of page) if (!signal.aborted) await this.attempt(request);
        if (page.length < PAGE) break;
        after = page.at(-1)?.id;
      }
  }

  /** Promotes, ends what can come to nothing any more, or tells what is missing. */
  async attempt(request: PromotionRequest): Promise<RequestStanding> {
    if (request.state !== 'open') return { requirements: [] };
    if (request.expiresAt <= this.#clock.now()) {
      await this.#end(request, 'expired', 'nobody carried it out in time');
      return { requirements: [] };
    }
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const judged = await this.#judged(request);
      if (judged.void !== undefined) {
        await this.#end(request, 'void', judged.void);
        return judged;
      }
      if (judged.requirements.some(({ met }) => !met) || !('viewer' in judged)) return judged;
      try {
        if (await this.#promote(request, judged)) return judged;
      } catch (error) {
        if (!isAssayError(error) || error.code === 'internal') throw error;
        const requirement: Requirement = { kind: 'tag', met: false, detail: error.message };
        return { requirements: [...judged.requirements, requirement] };
      }
    }
    return { requirements: [{ kind: 'policy', met: false, detail: 'the rules change too fast to judge by them' }] };
  }

  /** How it stands, without doing anything; also of a request that was never stored. */
  async standing(request: PromotionRequest): Promise<RequestStanding> {
    const { requirements, void: why } = await this.#judged(request);
    return { requirements, ...(why !== undefined && { void: why }) };
  }

  async #end(request: PromotionRequest, state: 'expired' | 'void', note: string): Promise<void> {
    const now = this.#clock.now();
    await this.#database.change((records) => endRequest(records, request, state, system, note, now));
  }

  async #judged(request: PromotionRequest): Promise<Judged | RequestStanding> {
    const { records } = this.#database;
    const { organisation, digest, target, targetTag } = request;
    const nothing = (why: string): RequestStanding => ({ requirements: [], void: why });
    const terms = await termsNow(records, request);
    if (!terms) return nothing(`the channel ${request.channel} was changed or removed since`);
    const name = await records.registry.repositoryNameById(system, request.sourceId);
    const source = name && (await records.registry.repository(system, name));
    const manifest = source && (await records.registry.manifest(source, { digest }));
    if (!source || !manifest) return nothing(`${digest} is not in ${request.source} any more`);
    const revision = await records.policy.rulesRevision(organisation);
    const facts = await records.policy.factsVersion(source, digest);
    const asker = await askerNow(records, request);
    const { requirements, counted } = await approvalsNow(records, request, terms);
    const subject = { source, manifest, viewer: asker.viewer ?? system };
    const verdicts = await verdictsAt(this.#decisions, subject, { name: target, tag: targetTag }, terms.gates);
    const age = ageNow(await stoodThere(records, source, request), terms, this.#clock.now());
    const all = [asker.requirement, ...requirements, ...age, ...policyNow(verdicts)];
    return { requirements: all, terms, viewer: asker.viewer, source, manifest, verdicts, counted, revision, facts };
  }

  /** False when what it was judged by has changed meanwhile. */
  async #promote(request: PromotionRequest, judged: Judged): Promise<boolean> {
    const { target: name, targetTag: tag, digest, organisation } = request;
    const { viewer, source, manifest } = judged;
    if (!viewer) return false;
    await createRepository(this.#database, this.#clock, viewer, { name, visibility: 'private', description: '' });
    await this.#quotas.requireRoom(viewer, name, 0);
    return this.#database.change(async (records) => {
      const now = this.#clock.now();
      if (!(await termsNow(records, request))) return false;
      if ((await records.policy.rulesRevision(organisation)) !== judged.revision) return false;
      if ((await records.policy.factsVersion(source, digest)) !== judged.facts) return false;
      const again = await approvalsNow(records, request, judged.terms);
      if (again.requirements.some(({ met }) => !met) || !(await askerNow(records, request)).viewer) return false;
      const target = await records.registry.repository(viewer, name);
      if (!target) return false;
      const previous = (await records.registry.tag(target, tag))?.digest;
      const evidence = JSON.stringify(evidenceOf(judged));
      const end = { state: 'promoted', at: now, by: request.askedBy, previous, evidence } as const;
      if (!(await records.channels.settleRequest(request.id, end)))
        throw new AssayError('conflict', 'the request has ended meanwhile');
      await bring({ records, viewer, source, target, now, statements: true }, manifest, tag);
      await appendEvent(records, now, 'image.promoted', viewer, target, goalOf(request), {
        ...eventData(request),
        ...(previous && { previous }),
        approvals: judged.counted.map(({ account }) => account),
        evidence: judged.verdicts.map(({ gate, outcome, results, key }) => ({
          gate,
          outcome,
          rules: results.length,
          key,
        })),
      });
      await tellAsker(records, request, 'is done', '', now);
      return true;
    });
  }
}

/** What the next stage asks for, if the definition is still the one that it was asked under. */
async function termsNow(records: Records, request: PromotionRequest): Promise<PromotionTerms | undefined> {
  const all = await channelsOf(records, request.organisation);
  const channel = all.find(({ name, version }) => name === request.channel && version === request.version);
  return channel?.stages.find(({ name }) => name === request.stage)?.promotion;
}

/** What is kept with the promotion: by which words of whom, which rules and which terms it came about. */
export interface Evidence {
  readonly terms: PromotionTerms;
  readonly approvals: readonly Approval[];
  readonly requirements: readonly Requirement[];
  readonly verdicts: readonly Verdict[];
}

function evidenceOf({ terms, counted, verdicts, requirements }: Judged): Evidence {
  return { terms, approvals: counted, requirements, verdicts };
}
