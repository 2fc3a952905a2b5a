import type { Viewer } from '../access/viewer.ts';
import type { Digest } from '../oci/digest.ts';
import type { RepositoryName } from '../oci/names.ts';
import type { ReleaseFacts } from '../policy/facts.ts';
import type { PolicyException } from '../policy/exception.ts';
import type { Page, Repository, RepositoryId } from './registry-records.ts';

/** A policy as it was written; `organisation` is empty for the whole house. */
export interface StoredPolicy {
  readonly id: string;
  readonly organisation: string;
  readonly name: string;
  /** Counts up with every change from 1. */
  readonly version: number;
  /** The YAML document. */
  readonly text: string;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

/** A person's word on one image of one repository. */
export interface ImageRelease extends ReleaseFacts {
  readonly state: 'held' | 'released';
}

/** A digest that is held back in every repository of an organisation, whether it is there yet or not. */
export interface OrganisationHold {
  readonly digest: Digest;
  readonly by: string;
  readonly reason: string;
  readonly at: number;
}

/** How far an image is on its way to who runs it. */
export const imageStages = ['held', 'pushed', 'scanned', 'signed', 'released'] as const;
export type ImageStage = (typeof imageStages)[number];

/** The stage of a tagged image as it was written down last. */
export interface StageEntry {
  readonly digest: Digest;
  /** The newest tag that names it. */
  readonly tag: string;
  readonly stage: ImageStage;
  /** Since when it is in this stage. */
  readonly since: number;
  /** The first thing that stands between it and its release, in words; empty when nothing does. */
  readonly waitsFor: string;
}

/** What a gate refused or warned of, added up by rule, image and actor. */
export interface PolicyDenial {
  readonly id: string;
  /** Absent for an image that is in no repository here. */
  readonly repositoryId: RepositoryId | undefined;
  /** Its repository; the whole name of an image that is in none here. */
  readonly repository: string;
  readonly digest: Digest | undefined;
  readonly tag: string | undefined;
  readonly gate: string;
  readonly actor: string;
  readonly policy: string;
  readonly rule: string;
  readonly mode: string;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
  /** The verdict as JSON, of the last time; of an image that is in no repository here the line that was told, as JSON. */
  readonly verdict: string;
}

/** How often an image was pulled under one name. */
export interface PullHistory {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly tag: string | undefined;
  readonly pulls: number;
  readonly lastDay: string;
}

/** A profile of the health card as it was written; `organisation` is empty for the whole house. */
export interface StoredProfile {
  readonly organisation: string;
  readonly text: string;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

/** The health of an image as it was at one moment. */
export interface HealthEntry {
  readonly id: string;
  readonly digest: Digest;
  readonly at: number;
  /** Empty while something essential was not known. */
  readonly grade: string;
  readonly score: number;
  /** Grade of each line that counted; `-` where it was not known. */
  readonly lines: Readonly<Record<string, string>>;
}

/** The policy room. Whatever changes what rules in an organisation counts its revision up in the same transaction. */
export interface PolicyRecords {
  /** Equal as long as nothing that rules in the organisation has changed, the house's own policies included. */
  rulesRevision(organisation: string): Promise<string>;
  /** Equal as long as no policy of any organisation has changed. */
  everyRevision(): Promise<string>;
  /** Policies of the organisation and of the house, by name. */
  policies(organisation: string): Promise<StoredPolicy[]>;
  /** Every policy, for those who govern the house. */
  allPolicies(): Promise<StoredPolicy[]>;
  policy(organisation: string, name: string): Promise<StoredPolicy | undefined>;
  /** Adds it or takes the place of the one of this name; the older text stays in its history. */
  putPolicy(policy: Omit<StoredPolicy, 'id' | 'version'>): Promise<StoredPolicy>;
  deletePolicy(organisation: string, name: string): Promise<boolean>;
  /** Newest first, of policies that were deleted too. */
  policyVersions(organisation: string, name: string): Promise<StoredPolicy[]>;

  /** Exceptions of the organisation that end after `now`; all of them, newest first, without `now`. */
  exceptions(organisation: string, now?: number): Promise<PolicyException[]>;
  exception(id: string): Promise<PolicyException | undefined>;
  addException(exception: PolicyException): Promise<void>;
  /** Ends it before its time; false when it has ended already. */
  endException(id: string, at: number): Promise<boolean>;

  /** Exceptions that are in force and end before `until`, the next first. */
  exceptionsEnding(now: number, until: number, limit: number): Promise<PolicyException[]>;
  /** Exceptions that have ended by themselves and of which nobody was told. */
  expiredExceptions(now: number, limit: number): Promise<PolicyException[]>;
  markExpired(id: string): Promise<void>;

  /** True when something of the organisation is held back; that changes its revision too. */
  holdsAny(organisation: string): Promise<boolean>;
  /** A hold on the digest in the whole organisation outranks the word on the image. */
  release(repository: Repository, digest: Digest): Promise<ImageRelease | undefined>;
  /** Takes the word on the image back. */
  clearRelease(repository: Repository, digest: Digest): Promise<void>;
  /** By digest. */
  organisationHolds(organisation: string): Promise<OrganisationHold[]>;
  setOrganisationHold(organisation: string, hold: OrganisationHold): Promise<void>;
  removeOrganisationHold(organisation: string, digest: Digest): Promise<OrganisationHold | undefined>;

  /** Writes the stage of an image down; the one before when it was another, `new` for the first. */
  putStage(
    repository: Pick<Repository, 'id'>,
    entry: Omit<StageEntry, 'since'>,
    at: number,
  ): Promise<ImageStage | 'new' | undefined>;
  /** Tagged images in repositories where the viewer may pull, the last changed first; `after` is `since repository digest`. */
  stages(
    viewer: Viewer,
    page: Page & { stage?: ImageStage | undefined; organisation?: string | undefined; repository?: string | undefined },
  ): Promise<(StageEntry & { readonly repository: string })[]>;

  setRelease(repository: Repository, digest: Digest, release: ImageRelease): Promise<void>;
  /** Images with a person's word on them, in repositories where the viewer may pull, newest first; `after` is `at repository digest`. */
  releases(
    viewer: Viewer,
    page: Page & { state?: 'held' | 'released' },
  ): Promise<(ImageRelease & { repository: string; digest: Digest })[]>;

  /** Versions of everything that was stored about the image; equal ones mean equal facts. */
  factsVersion(repository: Repository, digest: Digest): Promise<string>;
  /** How many other images the tag named before, and when it last came to name another. */
  tagMoves(repository: Repository, tag: string): Promise<{ moves: number; movedAt: number }>;
  /** Manifests of the repository that list this blob. */
  manifestsWithBlob(repository: Repository, blob: Digest, limit: number): Promise<Digest[]>;

  healthProfile(organisation: string): Promise<StoredProfile | undefined>;
  setHealthProfile(profile: StoredProfile): Promise<void>;
  deleteHealthProfile(organisation: string): Promise<boolean>;
  /** Adds the entry unless the newest one of the image says the same; true when it was added. */
  addHealth(repository: Pick<Repository, 'id'>, entry: HealthEntry): Promise<boolean>;
  /** The newest grade of images in repositories that the viewer may pull from, by repository and digest. */
  grades(
    viewer: Viewer,
    wanted: readonly { readonly id: RepositoryId; readonly digest: Digest }[],
  ): Promise<(id: RepositoryId, digest: Digest) => string | undefined>;
  /** Newest first; the caller has looked the repository up for its viewer. */
  healthHistory(repository: Repository, digest: Digest, page: Page): Promise<HealthEntry[]>;

  /** Pulls since a day (`YYYY-MM-DD`) of images in repositories where the viewer may pull, most pulled first. */
  pullsSince(
    viewer: Viewer,
    asked: { since: string; limit: number; organisation?: string; repository?: string },
  ): Promise<PullHistory[]>;

  noteDenials(denials: readonly PolicyDenial[]): Promise<void>;
  /**
   * Newest first, in repositories that the viewer may read the record of, and for administrators those of images that are
   * in no repository; `after` is `lastAt id`.
   */
  denials(viewer: Viewer, page: Page & { repository?: string; gate?: string }): Promise<PolicyDenial[]>;
  denial(viewer: Viewer, id: string): Promise<PolicyDenial | undefined>;
}
