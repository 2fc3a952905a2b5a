import type { Severity } from '../content/advisories/advisory.ts';
import type { EndOfLife } from '../content/findings/end-of-life.ts';
import type { VulnerabilityFinding } from '../content/findings/finding.ts';
import type { Observation } from '../content/findings/observation.ts';
import type { Digest } from '../oci/digest.ts';
import type { RepositoryName } from '../oci/names.ts';

/** Where an answer is asked for. One evaluator serves them all. */
export const gates = ['build', 'push', 'pull', 'deploy', 'run'] as const;
export type Gate = (typeof gates)[number];

export const actorClasses = ['person', 'robot', 'anonymous', 'system'] as const;
export type ActorClass = (typeof actorClasses)[number];

/** What is asked: whether this image may pass this gate, under this name, for this actor. */
export interface PolicyRequest {
  readonly gate: Gate;
  readonly repository: RepositoryName;
  /** Absent when the image was named by digest. */
  readonly tag?: string | undefined;
  readonly actor: { readonly class: ActorClass; readonly name: string };
  /** `linux/amd64`; only the child for it counts of an index. */
  readonly platform?: string | undefined;
  /** What a container asks for beyond a confined one, at the gate run: `privileged`, `cap:SYS_ADMIN`, `bind:/etc`. */
  readonly powers?: readonly string[] | undefined;
}

/** Names of what is known of an image, as expressions write them. */
export const roots = [
  'image',
  'analysis',
  'findings',
  'observations',
  'distribution',
  'trust',
  'origin',
  'release',
  'health',
  'request',
  'now',
] as const;
export type Root = (typeof roots)[number];

/** Why something is not known. Each is another answer, and none of them is "clean". */
export const gapKinds = ['pending', 'failed', 'not-applicable', 'unsupported', 'absent'] as const;
export type GapKind = (typeof gapKinds)[number];

export interface Gap {
  readonly kind: GapKind;
  readonly detail: string;
  /** What would make it known, where the kind alone does not say. */
  readonly cure?: string;
}

/** What the configuration of an image says, and how it is named here. */
export interface ImageFacts {
  readonly digest: Digest;
  readonly repository: RepositoryName;
  /** Tags that name it now, or an index that lists it. */
  readonly tags: readonly string[];
  readonly kind: 'image' | 'index' | 'artifact';
  readonly platform?: string;
  readonly user: string;
  readonly root: boolean;
  /** Milliseconds since 1970 UTC; absent when the configuration does not say. */
  readonly createdAt?: number;
  /** Bytes of the manifest and of everything it lists. */
  readonly size: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly healthcheck: boolean;
}

/** A label of the image's own; none of what every object has by nature. */
export function labelOf({ labels }: Pick<ImageFacts, 'labels'>, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

export interface AnalysisFacts {
  readonly state: 'complete' | 'incomplete';
  readonly analysedAt: number;
  readonly judgedAt: number;
  /** When the publisher of the oldest feed in force last said that its copy is the newest; 0 while none is imported. */
  readonly advisoriesAt: number;
  readonly packages: number;
  /** Packages that no feed speaks of. */
  readonly unjudged: number;
  readonly incomplete: readonly string[];
}

/** A vulnerability of a package, as rules see it. */
export interface FindingFacts {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly package: string;
  readonly version: string;
  readonly severity: Severity;
  readonly status: VulnerabilityFinding['status'];
  readonly fixedVersion?: string;
  readonly exploited: boolean;
  /** Chance of attacks within 30 days, 0 to 1; 0 when nobody estimated it. */
  readonly epss: number;
}

/** Who signed a tag as this manifest; from verified metadata only. */
export interface SignatureFacts {
  readonly gun: string;
  readonly tag: string;
  /** The signed digest: the image's own, or that of an index which lists it. */
  readonly digest: Digest;
  /** Roles that sign it: `targets`, `targets/releases`, `targets/alice`. */
  readonly signers: readonly string[];
  /** Fingerprints of the keys of these roles. */
  readonly keys: readonly string[];
  /** The earliest expiry of what the owners signed. */
  readonly goodUntil: number;
}

export interface TrustFacts {
  /** `missing` when the repository has no trust data at all; the rest as a client that verifies finds it. */
  readonly state: 'verified' | 'expired' | 'failed' | 'missing';
  readonly failure?: string;
  readonly signatures: readonly SignatureFacts[];
  /** The digest that is signed under the asked tag, when it is another one. */
  readonly signedAs?: Digest;
  /** Instants at which some role expires, in milliseconds since 1970 UTC: the state may then be another. */
  readonly turnsAt: readonly number[];
}

export interface OriginFacts {
  /** Claims of the image about itself (OCI image specification, annotations and labels). */
  readonly source: string;
  readonly revision: string;
  readonly baseName: string;
  readonly baseDigest: string;
  /** Media types of what refers to it: signatures, attestations, bills of materials. */
  readonly attached: readonly string[];
}

/** Whether a person let the image go, or holds it back. */
export interface ReleaseFacts {
  readonly state: 'none' | 'held' | 'released';
  readonly by: string;
  readonly reason: string;
  readonly at: number;
  /** The hold is on the digest in every repository of the organisation. */
  readonly everywhere?: true;
  /** Held since before it came, while it is taken in from elsewhere. */
  readonly intake?: true;
}

/** What became of the tag that the image was asked for by. */
export interface NamingFacts {
  /** How many other images the tag named before. */
  readonly moves: number;
  readonly movedAt: number;
  /** A rule of the repository keeps it from being moved. */
  readonly immutable: boolean;
}

export interface DistributionFacts {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  /** When the release gets no more fixes; absent when that is not known. */
  readonly end?: EndOfLife;
}

/** Everything rules may look at. What is not known is named in `gaps`, never left empty. */
export interface Facts {
  readonly image: ImageFacts;
  readonly analysis?: AnalysisFacts;
  readonly findings?: readonly FindingFacts[];
  readonly observations?: readonly Observation[];
  readonly distribution?: DistributionFacts;
  readonly trust?: TrustFacts;
  readonly origin?: OriginFacts;
  readonly release: ReleaseFacts;
  /** Absent when it was asked for by digest. */
  readonly naming?: NamingFacts;
  readonly gaps: Readonly<Partial<Record<Root, Gap>>>;
  /** Digest over the versions of everything above; equal facts have an equal one. */
  readonly digest: string;
}
