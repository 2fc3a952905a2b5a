import type { KeyObject } from 'node:crypto';
import type { KeyAlgorithm } from '../trust/keys/algorithm.ts';
import type { KeyUse } from '../trust/keys/private-key-file.ts';
import type { Signer } from '../trust/keys/signer.ts';

/** Where owner keys may be: Assay's own store, docker's, notary's, or a PKCS#11 token. */
export const keyStoreNames = ['assay', 'docker', 'notary', 'pkcs11'] as const;
export type KeyStoreName = (typeof keyStoreNames)[number];

/** A private key of an owner, as far as it shows itself without its passphrase. */
export interface StoredKey {
  /** Canonical key id: hex, the same for a key in metadata and for its certificate. */
  readonly id: string;
  readonly store: KeyStoreName;
  /** `root`, `targets`, `snapshot`, or the name of a delegation or signer; empty when the store does not say. */
  readonly role: string;
  readonly gun: string | undefined;
  /** None where the form shows nothing of the key before it is opened (docker, notary). */
  readonly publicKey: KeyObject | undefined;
  readonly algorithm: string | undefined;
  readonly createdAt: number | undefined;
  /** False for a key that lies in the open: it is used without asking. */
  readonly sealed: boolean;
  /** File, or token and object. */
  readonly location: string;
  /** Why this key cannot be used as it is: others can read its file, or it is not a key. */
  readonly problem: string | undefined;
}

/** A key that was opened: it signs until the program ends. */
export interface OpenedKey extends Signer {
  readonly stored: StoredKey;
}

/**
 * One place that keeps private keys. Throws `key-unknown` for an id that it does not hold, `key-locked` for a wrong
 * passphrase, `key-exposed` for a key that others can read, `unsupported` for what the place cannot do.
 */
export interface KeyStore {
  readonly name: KeyStoreName;
  /** Folder or module, for a person. */
  readonly location: string;
  list(): Promise<StoredKey[]>;
  open(id: string, passphrase: string): Promise<OpenedKey>;
  /** The private key itself, to be written elsewhere. */
  read(id: string, passphrase: string): Promise<KeyObject>;
  add(key: KeyObject, use: KeyUse, passphrase: string): Promise<StoredKey>;
  /** Makes a key where it stays; only of places that private keys cannot be put into. */
  generate?(use: KeyUse, algorithm: KeyAlgorithm, pin: string): Promise<OpenedKey>;
  /** The key under another passphrase; on failure the old file is still there. */
  reseal(id: string, before: string, after: string): Promise<void>;
  /** A token wants its PIN for it. */
  remove(id: string, pin?: string): Promise<void>;
  /** The key as it lies there, sealed, for a backup. */
  sealedFile(id: string): Promise<string>;
  /** Puts a sealed file back. Throws `already-exists` when the key is there in another form. */
  restore(id: string, file: string): Promise<StoredKey>;
}
