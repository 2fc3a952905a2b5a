import type { Viewer } from '../access/viewer.ts';
import type { Digest } from '../oci/digest.ts';
import type { RepositoryName, Tag } from '../oci/names.ts';
import type { Page, RepositoryId } from './registry-records.ts';

/** The definition of a channel as it was written. */
export interface StoredChannel {
  readonly organisation: string;
  readonly name: string;
  /** Counts up with every change from 1; no version is used twice, also after a removal. */
  readonly version: number;
  /** The YAML document. */
  readonly text: string;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

/** `void`: what it was asked under is no more. Only an open one changes its state. */
export const promotionStates = ['open', 'promoted', 'rejected', 'expired', 'void'] as const;
export type PromotionState = (typeof promotionStates)[number];

/** Somebody asks that an image go on to the next stage; the digest is what the tag named at the asking. */
export interface PromotionRequest {
  readonly id: string;
  readonly organisation: string;
  readonly channel: string;
  /** Version of the definition that it was asked under. */
  readonly version: number;
  readonly stage: string;
  readonly sourceId: RepositoryId;
  readonly source: RepositoryName;
  readonly sourceTag: Tag;
  readonly target: RepositoryName;
  readonly targetTag: Tag;
  readonly digest: Digest;
  readonly reason: string;
  readonly askedBy: string;
  /** Absent where the house asked by itself. */
  readonly askedById: string | undefined;
  readonly askedAt: number;
  readonly expiresAt: number;
  readonly state: PromotionState;
  readonly settledAt: number | undefined;
  readonly settledBy: string | undefined;
  /** Why it was rejected or is void. */
  readonly note: string;
  /** What the tag of the next stage named before. */
  readonly previous: Digest | undefined;
  /** JSON of what the promotion stood on. */
  readonly evidence: string | undefined;
  readonly rolledBackAt: number | undefined;
  readonly rolledBackBy: string | undefined;
}

export interface Approval {
  readonly accountId: string;
  readonly account: string;
  readonly note: string;
  readonly at: number;
}

/** An image under a tag of a stage. */
export interface StageImage {
  readonly repository: RepositoryName;
  readonly tag: Tag;
  readonly digest: Digest;
  /** Since when the tag names it. */
  readonly since: number;
  readonly by: string;
}

export interface RequestFilter {
  readonly organisation?: string | undefined;
  readonly channel?: string | undefined;
  readonly state?: PromotionState | undefined;
  readonly repository?: string | undefined;
}

/** The channel room: definitions of channels, requests for promotion and what people said to them. */
export interface ChannelRecords {
  /** By name. */
  channels(organisation: string): Promise<StoredChannel[]>;
  /** Organisations that have channels. */
  organisationsWithChannels(): Promise<string[]>;
  putChannel(channel: Omit<StoredChannel, 'version'>): Promise<StoredChannel>;
  deleteChannel(organisation: string, name: string): Promise<boolean>;

  /** False while another one for the same tag is open. */
  addRequest(request: PromotionRequest): Promise<boolean>;
  /** Requests for images of repositories that the viewer may pull from. */
  request(viewer: Viewer, id: string): Promise<PromotionRequest | undefined>;
  /** Newest first; `after` is an id. */
  requests(viewer: Viewer, page: Page & RequestFilter): Promise<PromotionRequest[]>;
  /** The open one for this tag, whoever may see it; for the server's own work. */
  openRequest(target: RepositoryName, tag: Tag): Promise<PromotionRequest | undefined>;
  /** The organisation, when a request is open in it, or for images of this repository of it. */
  waiting(
    place: { readonly organisation: string } | { readonly repositoryId: RepositoryId },
  ): Promise<string | undefined>;
  /** Ends an open request; false when it is not open any more, so that one thing happens to it, once. */
  settleRequest(
    id: string,
    end: {
      readonly state: Exclude<PromotionState, 'open'>;
      readonly at: number;
      readonly by: string;
      readonly note?: string;
      readonly previous?: Digest | undefined;
      readonly evidence?: string;
    },
  ): Promise<boolean>;
  /** The newest promotion under this name that was not rolled back. */
  lastPromotion(target: RepositoryName, tag: Tag): Promise<PromotionRequest | undefined>;
  /** False when it was rolled back already. */
  markRolledBack(id: string, at: number, by: string): Promise<boolean>;

  /** False when the account has approved it already. */
  addApproval(requestId: string, approval: Approval): Promise<boolean>;
  /** Oldest first. */
  approvals(requestId: string): Promise<Approval[]>;

  /** Tags of an organisation's repositories whose names begin so, for a viewer who may pull them, newest first. */
  stageImages(viewer: Viewer, asked: { organisation: string; prefix: string; limit: number }): Promise<StageImage[]>;
}
