import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { listOf, listQuery, repositoryParam, time } from './shapes.ts';
import { trustAnswer } from './trust-report.ts';

const gun = z.string().max(512);

/** Hex, as `assay key list` shows it: the canonical id, which names the private half too. */
const keyId = z.string();

const trustState = z.enum(['verified', 'expired', 'failed', 'unreachable', 'missing']);
const failure = z.object({ code: z.string(), detail: z.string() });

const trustRole = z.object({
  name: z.string(),
  version: z.number().int().optional(),
  expiresAt: time.optional(),
  /** From then on warnings ask to renew it; absent where the server renews it by itself. */
  renewFrom: time.optional(),
  /** `server` where the signing service holds the key and renews the role by itself. */
  heldBy: z.enum(['owner', 'server']),
  threshold: z.number().int(),
  keys: z.array(
    z.object({
      id: keyId,
      certificateUntil: time.optional(),
      /** The id of a root key's certificate in Notary metadata, where that is another. */
      listedAs: keyId.optional(),
    }),
  ),
  /** What a delegation is trusted for. */
  paths: z.array(z.string()).optional(),
  /** Why its file does not count. */
  broken: z.string().optional(),
});

const differingTag = z.object({ tag: z.string(), signed: z.string(), registry: z.string() });

/** A collection of signed names, as somebody finds it who verifies it now. */
export const trustCollection = z.object({
  gun: z.string(),
  createdAt: time,
  /** Another answer than `verified` says that clients refuse it; `failure` says why. */
  state: trustState,
  failure: failure.optional(),
  /** The earliest expiry of what people sign. */
  goodUntil: time.optional(),
  roles: z.array(trustRole),
  delegations: z.array(trustRole),
  signedTags: z.number().int(),
  /** Tags that the registry gives out as another manifest than was signed; the first of them. */
  differing: z.object({ total: z.number().int(), items: z.array(differingTag) }),
  dialects: z.array(z.enum(['notary', 'tuf-1.0'])),
  /** What TUF 1.x clients see, beside docker and notary. */
  tuf1: z.enum(['complete', 'behind', 'missing', 'not offered']).optional(),
  /** Newest first; each is signed by the keys of the one before it. */
  roots: z.array(
    z.object({
      version: z.number().int(),
      expiresAt: time,
      publishedAt: time,
      publishedBy: z.string(),
      changes: z.array(z.string()),
    }),
  ),
  warnings: z.array(z.string()),
});

export const listTrust = endpoint({
  id: 'listTrust',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/trust',
  summary: 'Who signs a repository: its collections, verified, with keys, roles, expiry, history of roots and warnings',
  right: 'viewer',
  params: z.object({ repository: repositoryParam }),
  query: z.object({
    limit: z.coerce.number().int().min(1).max(20).default(10),
    cursor: z.string().max(1024).optional(),
  }),
  answer: listOf(trustCollection).extend({
    /** The service that signs timestamps and snapshots. */
    signer: z.object({ state: z.enum(['up', 'down']), detail: z.string().optional() }),
  }),
  errors: ['name-unknown'],
});

const tagSigner = z.object({ name: z.string(), keys: z.array(keyId) });

const signedName = z.object({
  tag: z.string(),
  digest: z.string(),
  /** The role whose word counts for docker. */
  role: z.string(),
  signers: z.array(tagSigner),
  /** When a publish first carried this tag with this digest. */
  since: time.optional(),
  /** What the registry gives out under the tag; absent when it has no such tag. */
  registryDigest: z.string().optional(),
});

export const listSignedTags = endpoint({
  id: 'listSignedTags',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/trust/tags',
  summary: 'The signed tags of a collection, by name: digest, signers, since when, and what the registry gives out',
  right: 'viewer',
  params: z.object({ repository: repositoryParam }),
  query: z.object({ ...listQuery, gun, search: z.string().max(128).optional() }),
  answer: listOf(signedName).extend({ total: z.number().int() }),
  errors: ['name-unknown', 'trust-missing'],
});

/** What the trust data of a repository says of one image. */
export const imageTrust = z.object({
  /** The manifest asked for. */
  digest: z.string(),
  /** The tag that it was asked for by. */
  tag: z.string().optional(),
  /** Indexes that list it; a signature of one of them covers it. */
  within: z.array(z.string()),
  collections: z.array(
    z.object({
      gun: z.string(),
      state: trustState,
      failure: failure.optional(),
      goodUntil: time.optional(),
      /** Which root and which timestamp the answer rests on. */
      root: z.object({ version: z.number().int(), threshold: z.number().int(), keys: z.array(keyId) }).optional(),
      timestamp: z.object({ version: z.number().int(), expiresAt: time }).optional(),
      dialects: z.array(z.enum(['notary', 'tuf-1.0'])),
      tuf1: z.enum(['complete', 'behind', 'missing', 'not offered']).optional(),
      signedTags: z.number().int(),
      /** The tag asked for, and names under which this manifest is signed. */
      names: z.array(signedName),
    }),
  ),
});

export const getImageTrust = endpoint({
  id: 'getImageTrust',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/trust',
  summary: 'Who signed an image, and the second, third and fourth of the seven questions about it',
  right: 'viewer',
  params: z.object({ repository: repositoryParam, reference: z.string().max(200) }),
  answer: imageTrust.extend({ answers: z.array(trustAnswer) }),
  errors: ['name-unknown', 'manifest-unknown', 'tag-invalid', 'digest-invalid'],
});

/** How a tag stands with what was signed, for lists; absent where no collection names the tag. */
export const trustMark = z.object({
  state: z.enum(['signed', 'differs', 'expired']),
  /** What was signed under the tag. */
  digest: z.string(),
});

export type ImageTrust = z.output<typeof imageTrust>;
export type SignedName = z.output<typeof signedName>;
