/** Tables of what is sent and who is told. Times are integer milliseconds UTC. */
export interface NotifySchema {
  webhooks: {
    id: string;
    name: string;
    url: string;
    organisation: string | null;
    repository_id: string | null;
    events: string;
    format: 'cloudevents' | 'slack' | 'teams';
    enabled: number;
    created_at: number;
    created_by: string;
    sequence: number;
  };
  deliveries: {
    id: string;
    webhook_id: string;
    event_id: string;
    sequence: number;
    state: 'waiting' | 'sending' | 'delivered' | 'failed';
    attempts: number;
    uncertain: number;
    next_at: number;
    created_at: number;
    ended_at: number | null;
    status: number | null;
    error: string | null;
    body: string;
  };
  subscriptions: {
    id: string;
    subscriber: string;
    subscriber_kind: 'account' | 'team';
    organisation: string | null;
    repository_id: string | null;
    min_severity: string;
    created_at: number;
  };
  notices: {
    id: string;
    account_id: string;
    dedupe_key: string;
    subject: string;
    text: string;
    created_at: number;
    sent_at: number | null;
  };
  image_consumers: { repository_id: string; account_id: string; digest: string; pulled_at: number };
  /** Ids that an image was last said to have, to tell what is new. */
  known_vulnerabilities: { manifest: string; ids: string };
}
