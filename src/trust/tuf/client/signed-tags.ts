import { AssayError } from '../../../lib/error.ts';
import { type Digest, parseDigest } from '../../../oci/digest.ts';
import type { RoleName, TargetFile } from '../metadata.ts';
import { allows } from './notary-delegations.ts';
import type { Collection } from './notary-workflow.ts';

/** What a signed name stands for: the manifest's digest and size, and the role that says so. */
export interface SignedTag {
  readonly tag: string;
  readonly digest: Digest;
  /** Bytes of the manifest. */
  readonly size: number;
  readonly role: RoleName;
  readonly custom?: unknown;
}

/** Roles whose word makes a tag pullable, in docker's order. */
const PULLABLE = ['targets/releases', 'targets'] as const;

/** Looks a tag up as docker does: in `targets/releases`, then in `targets`; others do not make it pullable. */
export function lookupTag(collection: Collection, tag: string): SignedTag | undefined {
  for (const role of PULLABLE) {
    const file = targetIn(collection, role, tag);
    if (file) return signedTag(tag, file, role);
  }
  return undefined;
}

/** Digests of all pullable tags, for whoever does not ask who signed them. */
export function pullableDigests(collection: Pick<Collection, 'targets' | 'delegations'>): Map<string, string> {
  const digests = new Map<string, string>();
  for (const role of PULLABLE) {
    const delegation = collection.delegations.get(role);
    for (const [tag, file] of targetsOf(collection, role) ?? [])
      if (!digests.has(tag) && (!delegation || allows(delegation, tag)))
        digests.set(tag, `sha256:${signedHash(tag, file, role)}`);
  }
  return digests;
}

/** A pullable tag with the delegations that sign the same manifest under the same name. */
export interface TagWithSigners extends SignedTag {
  readonly signers: readonly RoleName[];
}

/** Every pullable tag, by name. */
export function listTags(collection: Collection): TagWithSigners[] {
  const names = new Set(PULLABLE.flatMap((role) => [...(targetsOf(collection, role)?.keys() ?? [])]));
  return [...names].sort().flatMap((name) => {
    const tag = lookupTag(collection, name);
    return tag ? [{ ...tag, signers: signersOf(collection, tag) }] : [];
  });
}

function signersOf(collection: Collection, { tag, digest }: SignedTag): RoleName[] {
  return [...collection.delegations.keys()].filter((role) => {
    if (role === 'targets/releases') return false;
    const file = targetIn(collection, role, tag);
    return file !== undefined && `sha256:${file.hashes['sha256']}` === digest;
  });
}

function targetsOf(
  collection: Pick<Collection, 'targets' | 'delegations'>,
  role: RoleName,
): ReadonlyMap<string, TargetFile> | undefined {
  return (role === 'targets' ? collection.targets : collection.delegations.get(role)?.file)?.signed.targets;
}

function targetIn(collection: Collection, role: RoleName, path: string): TargetFile | undefined {
  const delegation = collection.delegations.get(role);
  if (delegation && !allows(delegation, path)) return undefined;
  return targetsOf(collection, role)?.get(path);
}

/** A target file as the manifest it stands for; throws `trust-metadata-invalid` when it has no SHA-256. */
export function signedTag(tag: string, file: TargetFile, role: RoleName): SignedTag {
  const { length, custom } = file;
  const digest = parseDigest(`sha256:${signedHash(tag, file, role)}`);
  return { tag, digest, size: length, role, ...(custom !== undefined && { custom }) };
}

function signedHash(tag: string, { hashes }: TargetFile, role: RoleName): string {
  const hash = hashes['sha256'];
  if (hash === undefined || !/^[0-9a-f]{64}$/.test(hash))
    throw new AssayError('trust-metadata-invalid', `${role} signs ${tag} without a SHA-256`);
  return hash;
}
