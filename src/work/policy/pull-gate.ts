import { inScope, isRobotName, type Viewer } from '../../access/viewer.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { Digest } from '../../oci/digest.ts';
import { denialLine, type Verdict } from '../../policy/verdict.ts';
import type { Database } from '../../ports/database.ts';
import type { Repository, StoredManifest } from '../../ports/registry-records.ts';
import type { Decisions } from './decisions.ts';
import type { Refusals } from './refusals.ts';

/** Manifests that are asked whether a blob may go out with one of them. */
const MAX_MANIFESTS = 100;

/** The gate at pull: what is read to be run is judged, what is read to be published, signed or scanned is not. */
export class PullGate {
  readonly #database: Database;
  readonly #decisions: Decisions;
  readonly #refusals: Refusals;

  constructor(database: Database, decisions: Decisions, refusals: Refusals) {
    this.#database = database;
    this.#decisions = decisions;
    this.#refusals = refusals;
  }

  /** Throws `policy-refused` unless the manifest may go to this viewer, its head as its bytes. */
  async manifest(
    viewer: Viewer,
    repository: Repository,
    manifest: StoredManifest,
    tag: string | undefined,
    head: boolean,
  ): Promise<void> {
    if (inspects(viewer, repository, head)) return;
    const verdict = await this.#decisions.ask({ gate: 'pull', repository, manifest, tag, viewer });
    if (!verdict) return;
    this.#refusals.note(viewer, repository, verdict);
    if (verdict.outcome === 'deny') throw refused(verdict);
  }

  /** Whether the blob may be linked into another repository from here; a mount is a read. */
  async mayMount(viewer: Viewer, source: Repository, digest: Digest): Promise<boolean> {
    if (source.rights.has('inspect')) return true;
    try {
      await this.blob(viewer, source, digest);
      return true;
    } catch (error) {
      if (isAssayError(error, 'policy-refused')) return false;
      throw error;
    }
  }

  /** Throws `policy-refused` unless a manifest that lists the blob may go to this viewer. */
  async blob(viewer: Viewer, repository: Repository, digest: Digest, head = false): Promise<void> {
    if (inspects(viewer, repository, head) || !(await this.#decisions.governs('pull', repository))) return;
    const { registry, policy } = this.#database.records;
    let worst: Verdict | undefined;
    for (const each of await policy.manifestsWithBlob(repository, digest, MAX_MANIFESTS)) {
      const manifest = await registry.manifest(repository, { digest: each });
      if (!manifest) continue;
      const verdict = await this.#decisions.ask({ gate: 'pull', repository, manifest, tag: undefined, viewer });
      if (!verdict || verdict.outcome === 'allow') return;
      worst ??= verdict;
    }
    if (!worst)
      throw new AssayError('policy-refused', `no image of ${repository.name} that may be pulled holds this blob`);
    this.#refusals.note(viewer, repository, worst);
    throw refused(worst);
  }
}

/**
 * True for reads that no policy judges: of who holds the right to inspect and comes to publish (the token of a push covers
 * pushing, that of a pull does not) or is a robot; and the question whether something is there already, of a pusher.
 */
function inspects(viewer: Viewer, repository: Repository, head: boolean): boolean {
  if (viewer.kind === 'system') return true;
  if (viewer.kind === 'anonymous') return false;
  const publishing = viewer.scope !== undefined && inScope(viewer, repository.name, 'push');
  if (head && publishing && repository.rights.has('push')) return true;
  return repository.rights.has('inspect') && (publishing || isRobotName(viewer.name));
}

function refused(verdict: Verdict): AssayError {
  return new AssayError('policy-refused', denialLine(verdict), {
    ...(verdict.retryAfter !== undefined && { retryAfter: verdict.retryAfter }),
    detail: { digest: verdict.digest, gate: verdict.gate },
  });
}
