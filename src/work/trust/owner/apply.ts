import { AssayError, isAssayError } from '../../../lib/error.ts';
import type { TrustUpdate } from '../../../ports/trust-server.ts';
import type { Signer } from '../../../trust/keys/signer.ts';
import { canonicalKeyId } from '../../../trust/tuf/notary/key.ts';
import { type Draft, finishDraft, openRules, signDraft } from '../../../trust/tuf/owner/draft.ts';
import { loadOwned, type OwnedCollection, type OwnerWorld } from './load.ts';
import type { OwnerKeys } from './owner-keys.ts';
import { type StagedChange, stagedChange } from './staged-change.ts';

const TRIES = 5;

export interface ChangeOptions {
  readonly now: () => number;
  /** What the change is, for those who are asked to sign it. */
  readonly description: string;
  /** Only write the change down; publish nothing. */
  readonly stage?: boolean;
}

export type Outcome =
  | { readonly kind: 'published'; readonly drafts: readonly Draft[] }
  /** Signatures are missing, or the change was to be staged. */
  | { readonly kind: 'staged'; readonly change: StagedChange }
  | { readonly kind: 'nothing' };

/**
 * Makes a change to what is published now, signs it with the keys at hand and publishes it. Somebody who published in
 * between is not overwritten: the change is made again on top of theirs. Without enough keys it is staged.
 */
export async function applyChange(
  world: OwnerWorld,
  keys: OwnerKeys,
  options: ChangeOptions,
  build: (owned: OwnedCollection) => readonly Draft[] | Promise<readonly Draft[]>,
): Promise<Outcome> {
  const opened = new Map<string, Signer>();
  for (let tries = 1; ; tries++) {
    const drafts = await build(await loadOwned(world, options.now()));
    if (drafts.length === 0) return { kind: 'nothing' };
    const signed = await signAll(drafts, keys, opened);
    if (options.stage || signed.some((draft) => openRules(draft).length > 0))
      return { kind: 'staged', change: stagedChange(world.server, options, signed) };
    try {
      await world.server.publish(updateOf(signed));
      return { kind: 'published', drafts: signed };
    } catch (error) {
      if (!isAssayError(error, 'trust-version') || tries >= TRIES) throw error;
    }
  }
}

/** The finished files of drafts that have every signature. */
export function updateOf(drafts: readonly Draft[]): TrustUpdate {
  return drafts.map((draft) => ({ dialect: draft.dialect, role: draft.role, raw: finishDraft(draft) }));
}

/** Signs with as many of the keys at hand as the rules need, so that nobody is asked for more passphrases than that. */
export async function signAll(
  drafts: readonly Draft[],
  keys: OwnerKeys,
  opened: Map<string, Signer> = new Map<string, Signer>(),
): Promise<Draft[]> {
  const held = await keys.held();
  const wanted = new Set<string>();
  for (const draft of drafts)
    for (const { keys: able, threshold, signed } of rulesWithKeys(draft)) {
      const mine = able.filter((id) => held.has(id) || opened.has(id));
      const chosen = mine.filter((id) => wanted.has(id)).length;
      const more = mine.filter((id) => !wanted.has(id));
      for (const id of more.slice(0, Math.max(0, threshold - signed - chosen))) wanted.add(id);
    }
  const missing = [...wanted].filter((id) => !opened.has(id));
  for (const signer of missing.length === 0 ? [] : await keys.open(missing))
    opened.set(canonicalKeyId(signer.publicKey), signer);
  const signers = [...opened].filter(([id]) => wanted.has(id)).map(([, signer]) => signer);
  return Promise.all(drafts.map((draft) => signDraft(draft, signers)));
}

function rulesWithKeys(draft: Draft): { keys: string[]; threshold: number; signed: number }[] {
  return openRules(draft).map(({ missing, threshold, signed }) => ({
    keys: missing.map((key) => key.canonicalId),
    threshold,
    signed,
  }));
}

/** Requires the Notary collection to be there. */
export function requireNotary({ notary }: OwnedCollection, gun: string): NonNullable<OwnedCollection['notary']> {
  if (notary) return notary;
  throw new AssayError('trust-missing', `there is no trust data for ${gun}; begin with: assay trust init ${gun}`);
}
