import type { Viewer } from '../../access/viewer.ts';
import { AssayError } from '../../lib/error.ts';
import { organisationOf, type Tag } from '../../oci/names.ts';
import { digestOf } from '../../policy/evaluate.ts';
import { denialLine } from '../../policy/verdict.ts';
import type { Repository, StoredManifest } from '../../ports/registry-records.ts';
import { AFTER_ANALYSIS, AFTER_PUSH, withoutLater } from '../gates/at-once.ts';
import type { Decisions } from './decisions.ts';
import type { Refusals } from './refusals.ts';
import type { RulesInForce } from './rule-book.ts';

/**
 * The gate at push: judges what the manifest, its configuration and the pusher tell at once. Rules that need more wait
 * and hold the image back at the gates behind, so that what must be signed can be pushed first and signed then.
 */
export class PushGate {
  readonly #decisions: Decisions;
  readonly #refusals: Refusals;
  readonly #atOnce = new WeakMap<RulesInForce, RulesInForce>();

  constructor(decisions: Decisions, refusals: Refusals) {
    this.#decisions = decisions;
    this.#refusals = refusals;
  }

  /** Throws `policy-refused` unless the manifest may be stored under these tags, by digest alone when there are none. */
  async manifest(
    viewer: Viewer,
    repository: Repository,
    manifest: StoredManifest,
    tags: readonly Tag[],
  ): Promise<void> {
    if (viewer.kind === 'system' || !(await this.#decisions.governs('push', repository))) return;
    const rules = this.#rulesAtOnce(await this.#decisions.ruleBook.current(organisationOf(repository.name)));
    for (const tag of tags.length === 0 ? [undefined] : tags) {
      const verdict = await this.#decisions.decide({ gate: 'push', repository, manifest, tag, viewer }, rules);
      this.#refusals.note(viewer, repository, verdict);
      if (verdict.outcome === 'deny')
        throw new AssayError('policy-refused', denialLine(verdict), {
          detail: { digest: verdict.digest, gate: verdict.gate },
        });
    }
  }

  #rulesAtOnce(rules: RulesInForce): RulesInForce {
    const known = this.#atOnce.get(rules);
    if (known) return known;
    const policies = withoutLater(rules.policies, [...AFTER_PUSH, ...AFTER_ANALYSIS]);
    const atOnce = { ...rules, policies, digest: digestOf([rules.digest, 'at once']) };
    this.#atOnce.set(rules, atOnce);
    return atOnce;
  }
}
