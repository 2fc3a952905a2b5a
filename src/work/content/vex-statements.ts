import { nameOf, type Viewer } from '../../access/viewer.ts';
import { readVex } from '../../content/vex/read-vex.ts';
import { madeAt, namesImage, speaksOf, type VexStatement, type VexStatus } from '../../content/vex/statement.ts';
import { barePurl, checkStatement } from '../../content/vex/write-openvex.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import type { StoredStatement } from '../../ports/vex-records.ts';
import { appendEvent } from '../events.ts';
import type { ManifestReferenceText } from '../registry/manifests.ts';
import { requireRepository } from '../registry/repositories.ts';
import { PUBLISH_VEX } from './jobs.ts';
import { documentOf, writtenStatus } from './vex-document.ts';

/** What somebody says of a vulnerability of an image. */
export interface WantedStatement {
  readonly id: string;
  readonly status: VexStatus;
  readonly justification?: string | undefined;
  readonly detail?: string | undefined;
  /** Package URLs; every package of the image that has the vulnerability when none are named. */
  readonly packages?: readonly string[] | undefined;
}

/** In force, of one image. */
export const MAX_STATEMENTS = 2000;
/** A document may come from a clock that is ahead by this much, in milliseconds. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Statements about vulnerabilities of images here (VEX). One that says "not affected" or "fixed" takes the finding out of
 * every count and away from every gate, so it is for those who manage the repository; each stands in the audit.
 */
export class VexStatements {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #wakeJobs: () => void;

  constructor(database: Database, clock: Clock, wakeJobs: () => void) {
    this.#database = database;
    this.#clock = clock;
    this.#wakeJobs = wakeJobs;
  }

  async list(viewer: Viewer, name: RepositoryName, reference: ManifestReferenceText): Promise<StoredStatement[]> {
    const { repository, digest } = await imageIn(this.#database.records, viewer, name, reference, 'pull');
    return this.#database.records.vex.statements(repository, digest);
  }

  /** The statements in force as one OpenVEX document; throws `not-found` where nothing was said. */
  async document(viewer: Viewer, name: RepositoryName, reference: ManifestReferenceText): Promise<object> {
    const { repository, digest } = await imageIn(this.#database.records, viewer, name, reference, 'pull');
    const stored = await this.#database.records.vex.inForce(repository, [digest]);
    if (stored.length === 0) throw new AssayError('not-found', 'nothing was said of this image');
    return documentOf(repository, digest, stored);
  }

  async state(
    viewer: Viewer,
    name: RepositoryName,
    reference: ManifestReferenceText,
    wanted: WantedStatement,
  ): Promise<StoredStatement> {
    const { status, justification, detail, packages } = wanted;
    const words = detail === undefined || detail.trim() === '' ? undefined : detail.trim();
    checkStatement({ status: writtenStatus(status), justification, words });
    const [first] = await this.#record(viewer, name, reference, async (records, digest, now) => {
      const about = await findingsOf(records, digest, [wanted.id]);
      const named = (packages ?? about.map((each) => each.package.purl)).map(barePurl);
      return [
        {
          ids: [...new Set([wanted.id, ...about.flatMap(({ finding }) => [finding.id, ...finding.aliases])])],
          status,
          ...(justification !== undefined && { justification }),
          ...(words !== undefined && { detail: words }),
          packages: [...new Set(named)].sort(),
          author: nameOf(viewer),
          statedAt: now,
        },
      ];
    });
    return first!;
  }

  /** Takes in what a document says of this image and its packages; answers with how many statements are about others. */
  async take(
    viewer: Viewer,
    name: RepositoryName,
    reference: ManifestReferenceText,
    document: Uint8Array,
  ): Promise<{ readonly taken: readonly StoredStatement[]; readonly others: number }> {
    await imageIn(this.#database.records, viewer, name, reference, 'manage');
    const statements = readVex(document, 'the document');
    let others = 0;
    const taken = await this.#record(viewer, name, reference, async (records, digest, now) => {
      const bare = name.slice(name.lastIndexOf('/') + 1);
      const image = [name, digest, `pkg:oci/${bare.toLowerCase()}@${digest}`];
      const found = await records.content.findings(digest);
      const about = statements.flatMap((each) => aboutImage(each, image, found, now) ?? []);
      others = statements.length - about.length;
      if (about.length === 0)
        throw new AssayError('input-invalid', 'none of its statements is about this image or a finding in it');
      return about;
    });
    return { taken, others };
  }

  async withdraw(viewer: Viewer, name: RepositoryName, reference: ManifestReferenceText, id: string): Promise<void> {
    await this.#database.change(async (records) => {
      const { repository, digest } = await imageIn(records, viewer, name, reference, 'manage');
      const now = this.#clock.now();
      const before = (await records.vex.statements(repository, digest)).find((each) => each.id === id);
      if (!before || !(await records.vex.withdraw(repository, digest, id, nameOf(viewer), now)))
        throw new AssayError('not-found', 'no statement of this id is in force');
      const data = { id, vulnerability: before.ids[0], status: before.status };
      await appendEvent(records, now, 'vex.withdrawn', viewer, repository, `${name}@${digest}`, data, { before });
      await queuePublication(records, repository, digest, now);
    });
    this.#wakeJobs();
  }

  async #record(
    viewer: Viewer,
    name: RepositoryName,
    reference: ManifestReferenceText,
    make: (records: Records, digest: Digest, now: number) => Promise<readonly Said[]>,
  ): Promise<readonly StoredStatement[]> {
    const stored = await this.#database.change(async (records) => {
      const { repository, digest } = await imageIn(records, viewer, name, reference, 'manage');
      const now = this.#clock.now();
      const made = (await make(records, digest, now)).map((each) => ({
        ...each,
        id: uuidv7(now),
        digest,
        recordedBy: nameOf(viewer),
        recordedAt: now,
      }));
      const known = await records.vex.inForce(repository, [digest]);
      if (known.length + made.length > MAX_STATEMENTS)
        throw new AssayError('input-invalid', `an image has at most ${MAX_STATEMENTS} statements; withdraw some`);
      await records.vex.add(repository, made);
      for (const { id, ids, status, justification, author, packages } of made)
        await appendEvent(records, now, 'vex.stated', viewer, repository, `${name}@${digest}`, {
          id,
          vulnerability: ids[0],
          status,
          ...(justification !== undefined && { justification }),
          author,
          packages,
        });
      await queuePublication(records, repository, digest, now);
      return made;
    });
    this.#wakeJobs();
    return stored;
  }
}

type Said = Omit<StoredStatement, 'id' | 'digest' | 'recordedBy' | 'recordedAt' | 'withdrawn'>;

/** What a statement of a document says of this image; none when it is about others. */
function aboutImage(
  statement: VexStatement,
  image: readonly string[],
  found: Awaited<ReturnType<typeof findingsOf>>,
  now: number,
): Said | undefined {
  const meant = found.filter(({ package: { purl }, finding: { id, aliases, recordId } }) =>
    speaksOf(statement, { ids: [id, ...aliases, recordId], packagePurl: purl, image }),
  );
  if (meant.length === 0 && !namesImage(statement, image)) return undefined;
  const { ids, status, justification, detail, author } = statement;
  const packages = meant.length > 0 ? meant.map((each) => each.package.purl) : statement.subcomponents;
  const at = madeAt(statement);
  return {
    ids: [...new Set([...ids, ...meant.flatMap(({ finding }) => [finding.id, ...finding.aliases])])],
    status,
    ...(justification !== undefined && { justification }),
    ...(detail !== undefined && { detail }),
    packages: [...new Set(packages.map(barePurl))].sort(),
    author: author ?? 'unknown',
    statedAt: at === 0 || at > now + CLOCK_SKEW_MS ? now : at,
  };
}

async function findingsOf(records: Records, digest: Digest, ids: readonly string[]) {
  const wanted = new Set(ids.map((each) => each.toUpperCase()));
  const found = await records.content.findings(digest);
  return found.filter(({ finding: { id, aliases, recordId } }) =>
    [id, ...aliases, recordId].some((each) => wanted.has(each.toUpperCase())),
  );
}

async function imageIn(
  records: Records,
  viewer: Viewer,
  name: RepositoryName,
  reference: ManifestReferenceText,
  action: 'pull' | 'manage',
): Promise<{ repository: Repository; digest: Digest }> {
  const repository = await requireRepository(records, viewer, name, action);
  const found = await records.registry.manifest(repository, reference);
  if (!found) throw new AssayError('manifest-unknown');
  const manifest = parseManifest(found.raw, found.mediaType, found.digest);
  if (manifest.kind === 'index')
    throw new AssayError('unsupported', 'this is an index of several images; name one of them by its digest');
  return { repository, digest: found.digest };
}

/** Has the attestation beside the image written anew. */
export async function queuePublication(
  { jobs }: Records,
  repository: Pick<Repository, 'id'>,
  digest: Digest,
  now: number,
): Promise<void> {
  await jobs.enqueue({
    id: uuidv7(now),
    kind: PUBLISH_VEX,
    dedupeKey: `${repository.id} ${digest}`,
    payload: { repositoryId: repository.id, digest },
    priority: 5,
    runAt: now,
  });
}
