import { AssayError } from '../../../lib/error.ts';
import { canonicalKeyId } from '../notary/key.ts';
import type { Signer } from '../../keys/signer.ts';
import { assembleNotary, methodOf } from '../notary/write.ts';
import { assembleTuf1, encodeTuf1Signature } from '../tuf1/write.ts';
import type { DialectName } from './state.ts';

/** A key that may sign a draft: the name it has in the metadata, and the id that key stores know it by. */
export interface KeyRef {
  readonly id: string;
  readonly canonicalId: string;
}

/** Who must have signed: for a root both the one in force and the new one have a rule. */
export interface SigningRule {
  readonly label: string;
  readonly threshold: number;
  readonly keys: readonly KeyRef[];
}

export interface DraftSignature extends KeyRef {
  /** Notary's word for the kind of signature. */
  readonly method: string;
  /** Base64 in Notary v1, hex in TUF 1.x. */
  readonly sig: string;
}

/** A metadata file on its way: what it says, who must sign it, and who has. */
export interface Draft {
  readonly dialect: DialectName;
  readonly role: string;
  readonly version: number;
  /** Canonical JSON of the signed part. */
  readonly text: string;
  readonly rules: readonly SigningRule[];
  readonly signatures: readonly DraftSignature[];
}

/** Adds the signatures that these keys can make and that are not there yet. */
export async function signDraft(draft: Draft, signers: readonly Signer[]): Promise<Draft> {
  const bytes = Buffer.from(draft.text, 'utf8');
  const signatures = [...draft.signatures];
  for (const signer of signers) {
    const canonicalId = canonicalKeyId(signer.publicKey);
    const ids = new Set(
      draft.rules.flatMap(({ keys }) => keys.filter((key) => key.canonicalId === canonicalId).map((key) => key.id)),
    );
    for (const id of ids) {
      if (signatures.some((each) => each.id === id)) continue;
      const raw = await signer.sign(bytes);
      const sig =
        draft.dialect === 'notary' ? Buffer.from(raw).toString('base64') : encodeTuf1Signature(signer.publicKey, raw);
      signatures.push({ id, canonicalId, method: methodOf(signer.publicKey), sig });
    }
  }
  return { ...draft, signatures };
}

export interface OpenRule {
  readonly label: string;
  readonly threshold: number;
  readonly signed: number;
  /** Keys that have not signed and could. */
  readonly missing: readonly KeyRef[];
}

/** The rules that are not met yet. */
export function openRules(draft: Draft): OpenRule[] {
  return draft.rules.flatMap(({ label, threshold, keys }) => {
    const has = (key: KeyRef) => draft.signatures.some((each) => each.id === key.id);
    const signed = new Set(keys.filter(has).map((key) => key.canonicalId)).size;
    return signed >= threshold ? [] : [{ label, threshold, signed, missing: keys.filter((key) => !has(key)) }];
  });
}

/** The file to publish. Throws `trust-threshold` while signatures are missing. */
export function finishDraft(draft: Draft): Uint8Array {
  const [open] = openRules(draft);
  if (open)
    throw new AssayError(
      'trust-threshold',
      `${draft.role} needs ${open.threshold} signatures for ${open.label} and has ${open.signed}`,
    );
  return draft.dialect === 'notary'
    ? assembleNotary(
        draft.text,
        draft.signatures.map(({ id, method, sig }) => ({ keyid: id, method, sig })),
      )
    : assembleTuf1(
        draft.text,
        draft.signatures.map(({ id, sig }) => ({ keyid: id, sig })),
      );
}
