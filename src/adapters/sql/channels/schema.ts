import type { PromotionState } from '../../../ports/channel-records.ts';

/** Tables of the channel room. */
export interface ChannelSchema {
  channels: {
    organisation: string;
    name: string;
    version: number;
    /** Empty once it was removed; its version counts on when it comes back. */
    text: string;
    updated_at: number;
    updated_by: string;
  };
  promotion_requests: {
    id: string;
    organisation: string;
    channel: string;
    version: number;
    stage: string;
    source_id: string;
    source: string;
    source_tag: string;
    target: string;
    target_tag: string;
    digest: string;
    reason: string;
    asked_by: string;
    asked_by_id: string | null;
    asked_at: number;
    expires_at: number;
    state: PromotionState;
    settled_at: number | null;
    settled_by: string | null;
    note: string;
    previous: string | null;
    evidence: string | null;
    rolled_back_at: number | null;
    rolled_back_by: string | null;
  };
  promotion_approvals: { request_id: string; account_id: string; account: string; note: string; at: number };
}
