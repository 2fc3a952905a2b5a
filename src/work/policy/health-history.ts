import { z } from 'zod';
import { systemViewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import { organisationOf, type RepositoryName, type Tag } from '../../oci/names.ts';
import type { HealthEntry } from '../../ports/policy-records.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Repository, RepositoryId } from '../../ports/registry-records.ts';
import { appendEvent } from '../events.ts';
import type { JobHandler } from '../jobs/runner.ts';
import { type StageOfImage, stageOfManifest } from '../channels/stages.ts';
import type { Decisions } from './decisions.ts';
import type { Health, HealthReport } from './health.ts';
import { RECORD_HEALTH } from './health-jobs.ts';

/** Tags of a repository whose health is followed, the newest first. */
const MAX_TAGS = 200;
const PAGE = 500;

const viewer = systemViewer('the health of images over time');
const payloadShape = z.object({ repositoryId: z.string().optional(), organisation: z.string().optional() });

/**
 * Writes down how the health of tagged images goes and how far they are from their release: after analyses, judgements,
 * changes of trust, of tags and of what rules, and once a day, since time alone changes it too. A payload without a
 * repository stands for all of its organisation, or of the house.
 */
export class HealthHistory implements JobHandler {
  readonly kind = RECORD_HEALTH;
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #health: Health;
  readonly #decisions: Decisions;

  constructor(database: Database, clock: Clock, health: Health, decisions: Decisions) {
    this.#decisions = decisions;
    this.#database = database;
    this.#clock = clock;
    this.#health = health;
  }

  async run(payload: unknown, signal: AbortSignal): Promise<void> {
    const { repositoryId, organisation } = payloadShape.parse(payload);
    if (repositoryId === undefined) return this.#everywhere(signal, organisation);
    const { registry } = this.#database.records;
    const name = await registry.repositoryNameById(viewer, repositoryId as RepositoryId);
    const repository = name && (await registry.repository(viewer, name));
    if (repository) await this.#record(repository, signal);
  }

  async #everywhere(signal: AbortSignal, organisation: string | undefined): Promise<void> {
    const { registry } = this.#database.records;
    for (let after: RepositoryName | undefined; !signal.aborted; ) {
      const names = await registry.repositoryNames(viewer, { after, limit: PAGE });
      for (const name of names) {
        if (organisation !== undefined && organisationOf(name) !== organisation) continue;
        const repository = await registry.repository(viewer, name);
        if (repository && !signal.aborted) await this.#record(repository, signal);
      }
      if (names.length < PAGE) return;
      after = names.at(-1);
    }
  }

  async #record(repository: Repository, signal: AbortSignal): Promise<void> {
    const { registry } = this.#database.records;
    const tags = await registry.tags(repository, { limit: MAX_TAGS });
    const seen = new Set<string>();
    for (const { name: tag, digest } of tags) {
      if (signal.aborted) return;
      if (seen.has(digest)) continue;
      seen.add(digest);
      const manifest = await registry.manifest(repository, { digest });
      if (!manifest) continue;
      const report = await this.#health.of({ repository, manifest, tag });
      if (report.worst.card.state !== 'not-applicable')
        await this.#database.change((records) => keep(records, repository, report, this.#clock.now()));
      const stage = await stageOfManifest(this.#decisions, { gate: 'pull', repository, manifest, tag, viewer });
      await this.#database.change((records) => keepStage(records, repository, tag, stage, this.#clock.now()));
    }
  }
}

async function keep(records: Records, repository: Repository, report: HealthReport, now: number): Promise<void> {
  const { card } = report.worst;
  const entry: HealthEntry = {
    id: uuidv7(now),
    digest: report.digest,
    at: now,
    grade: card.grade ?? '',
    score: card.score,
    lines: Object.fromEntries(
      card.lines.flatMap(({ id, state, grade }) =>
        state === 'judged' || state === 'unknown' ? [[id, grade ?? '-']] : [],
      ),
    ),
  };
  const [before] = await records.policy.healthHistory(repository, report.digest, { limit: 1 });
  if (!(await records.policy.addHealth(repository, entry)) || before?.grade === entry.grade) return;
  await appendEvent(records, now, 'health.changed', 'system', repository, `${repository.name}@${report.digest}`, {
    ...(card.grade && { grade: card.grade }),
    score: card.score,
    ...(before && before.grade !== '' && { before: before.grade }),
  });
}

async function keepStage(
  records: Records,
  repository: Repository,
  tag: Tag,
  { digest, stage, waitsFor: [first] }: StageOfImage,
  now: number,
): Promise<void> {
  const waitsFor = first ? `${first.policy}, ${first.rule}: ${first.statement}`.slice(0, 500) : '';
  const before = await records.policy.putStage(repository, { digest, tag, stage, waitsFor }, now);
  if (before === undefined) return;
  await appendEvent(records, now, 'image.stage-changed', 'system', repository, `${repository.name}@${digest}`, {
    stage,
    ...(before !== 'new' && { before }),
    tag,
    waitsFor,
  });
}
