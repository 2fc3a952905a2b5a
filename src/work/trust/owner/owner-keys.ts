import type { PublicKey } from '../../../trust/keys/public-key.ts';
import type { Signer } from '../../../trust/keys/signer.ts';

/** The keys that the person at hand holds, as far as the trust commands need them. */
export interface OwnerKeys {
  /** Canonical ids of the keys that are here; listed without a passphrase. */
  held(): Promise<ReadonlySet<string>>;
  /** Opens keys, asking for a passphrase where one is needed. */
  open(ids: readonly string[]): Promise<Signer[]>;
  /** The root key of this person, made at first use; one serves every collection. */
  root(): Promise<Signer>;
  /** Another root key, to take the place of one or stand beside it. */
  newRoot(): Promise<Signer>;
  /** A new key for a role of a collection. */
  create(role: string, gun: string): Promise<Signer>;
  /** The root key's certificate for a collection, as Notary v1 wants it. */
  certificate(root: Signer, gun: string, now: number): Promise<PublicKey>;
}
