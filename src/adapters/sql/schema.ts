import type { NotifySchema } from './notify/schema.ts';
import type { FormerContentSchema } from './content/schema.ts';
import type { ChannelSchema } from './channels/schema.ts';
import type { PolicySchema } from './policy/schema.ts';
import type { VexSchema } from './vex/schema.ts';

/** The tables, each owned by the room whose Records file writes it. Times are integer milliseconds UTC. */
export interface Schema extends NotifySchema, PolicySchema, ChannelSchema, VexSchema, FormerContentSchema {
  migrations: { name: string; applied_at: number };

  // registry
  organisations: { name: string; created_at: number; description: string; max_bytes: number | null };
  repositories: {
    id: string;
    name: string;
    organisation: string;
    visibility: 'private' | 'public';
    description: string;
    created_at: number;
    updated_at: number;
  };
  repository_former_names: { name: string; repository_id: string; until: number };
  blobs: {
    digest: string;
    size: number;
    storage_key: string;
    state: 'stored' | 'condemned';
    stored_at: number;
    condemned_at: number | null;
  };
  /** `unreferenced_at` is set while no manifest of the repository needs the blob; it is unlinked after `keep_until`. */
  repository_blobs: {
    repository_id: string;
    digest: string;
    linked_at: number;
    unreferenced_at: number | null;
    keep_until: number | null;
  };
  uploads: {
    id: string;
    repository_id: string;
    principal: string;
    storage_key: string;
    algorithm: 'sha256' | 'sha512';
    started_at: number;
  };
  /** Files to be removed; the row goes after the file. */
  removals: { storage_key: string; noted_at: number };
  manifests: {
    digest: string;
    media_type: string;
    kind: 'image' | 'index';
    runnable: number;
    artifact_type: string | null;
    annotations: string;
    size: number;
    total_size: number;
    raw: Uint8Array;
  };
  repository_manifests: {
    repository_id: string;
    digest: string;
    subject: string | null;
    pushed_at: number;
    pushed_by: string;
  };
  manifest_references: {
    manifest: string;
    target: string;
    kind: 'config' | 'layer' | 'manifest' | 'subject';
    position: number;
  };
  tags: { repository_id: string; name: string; digest: string; updated_at: number; updated_by: string; moves: number };
  tag_changes: {
    id: string;
    repository_id: string;
    tag: string;
    digest: string | null;
    previous: string | null;
    changed_at: number;
    changed_by: string;
  };
  pulls: { repository_id: string; digest: string; tag: string; day: string; count: number };

  // access
  accounts: {
    id: string;
    name: string;
    password_hash: string;
    administrator: number;
    disabled: number;
    created_at: number;
    password_changed_at: number;
    kind: 'person' | 'robot';
    /** Home of a robot. */
    organisation: string | null;
    /** `local`, or the id of the directory that vouches for the account. */
    source: string;
    /** What the directory calls the account: a distinguished name, or issuer's subject. */
    external_id: string | null;
    email: string | null;
    totp_secret: string | null;
    /** Newest time step whose code was used (RFC 6238 section 5.2). */
    totp_step: number | null;
    passkeys: number;
    /** When the directory last said that the account is whom it says. */
    vouched_at: number | null;
  };
  passkeys: {
    id: string;
    account_id: string;
    credential_id: string;
    name: string;
    site: string;
    algorithm: number;
    public_key: Uint8Array;
    counter: number;
    backed_up: number;
    suspected: number;
    created_at: number;
    last_used_at: number | null;
  };
  tokens: {
    id: string;
    account_id: string;
    kind: 'personal' | 'refresh' | 'session' | 'robot' | 'feed';
    name: string;
    read_only: number;
    secret_hash: string;
    created_at: number;
    expires_at: number;
    last_used_at: number | null;
    /** JSON of what the token may be used for at most. */
    limits: string | null;
  };
  grants: {
    principal: string;
    principal_kind: 'account' | 'team';
    subject_kind: 'repository' | 'organisation';
    subject: string;
    role: string;
    /** Mask of the role's actions; follows the role when an organisation changes it. */
    actions: number;
  };
  directories: { id: string; name: string; enabled: number; settings: string; created_at: number };
  custom_roles: { organisation: string; name: string; actions: number; description: string };
  teams: { id: string; organisation: string; name: string; description: string; created_at: number };
  /** `source` is `local` or the directory whose groups made the account a member. */
  team_members: { team_id: string; account_id: string; source: string };
  tag_rules: {
    id: string;
    repository_id: string;
    kind: 'immutable' | 'protected';
    pattern: string;
    created_at: number;
    created_by: string;
  };
  /** Bytes that came or went; what an organisation stores is their sum. */
  usage_changes: { id: string; organisation: string; bytes: number };
  secrets: { name: string; value: Uint8Array };

  audit_seals: { seq: number; hash: string; at: number; key: string; signature: string };
  /** `seq` and `hash` are set when the entry is sealed into the chain. */
  audit_entries: {
    id: string;
    at: number;
    actor: string;
    actor_id: string | null;
    address: string | null;
    request_id: string | null;
    via: string | null;
    action: string;
    object: string;
    organisation: string | null;
    repository_id: string | null;
    before: string | null;
    after: string | null;
    occurrences: number;
    seq: number | null;
    hash: string | null;
  };

  // content
  layer_analyses: {
    layer: string;
    analyser_version: string;
    storage_key: string;
    diff_id: string;
    entries: number;
    uncompressed_size: number;
    analysed_at: number;
  };
  image_analyses: {
    manifest: string;
    analyser_version: string;
    state: 'complete' | 'incomplete' | 'failed';
    distribution: string | null;
    incomplete: string;
    analysed_at: number;
    duration_ms: number;
  };
  packages: {
    id: string;
    type: string;
    name: string;
    version: string;
    architecture: string | null;
    source_name: string;
    source_version: string;
    licences: string | null;
    purl: string;
    ecosystem: string | null;
    key_name: string | null;
    key_version: string | null;
    owned_by: string | null;
    module: string | null;
    declared: number;
    /** JSON of what an advisory key has besides ecosystem, name and version. */
    key_more: string | null;
  };
  package_names: { package_id: string; ecosystem: string; key_name: string };
  image_packages: { manifest: string; package_id: string; path: string; layer: number };
  package_findings: {
    package_id: string;
    feed: string;
    record_id: string;
    vulnerability: string;
    severity: string;
    fixable: number;
    body: string;
  };
  image_judgements: {
    manifest: string;
    counts: string;
    package_count: number;
    unjudged: number;
    judged_at: number;
    advisories: string;
  };
  image_observations: {
    manifest: string;
    position: number;
    kind: string;
    rule: string;
    severity: string;
    body: string;
  };
  feed_sources: {
    url: string;
    feed: string;
    etag: string | null;
    last_modified: string | null;
    checked_at: number;
    last_error: string | null;
  };
  content_state: { name: string; value: string };

  // jobs and events
  jobs: {
    id: string;
    kind: string;
    dedupe_key: string;
    payload: string;
    priority: number;
    run_at: number;
    leased_until: number | null;
    attempts: number;
    state: 'waiting' | 'running' | 'dead';
    last_error: string | null;
  };
  events: {
    id: string;
    type: string;
    actor: string;
    repository_id: string | null;
    subject: string;
    data: string;
    at: number;
    /** 1 when webhooks and subscriptions were asked about it. */
    dispatched: number;
  };

  // trust
  trust_collections: { gun: string; repository_id: string; created_at: number };
  trust_files: {
    gun: string;
    dialect: 'notary' | 'tuf-1.0';
    role: string;
    version: number;
    sha256: string;
    length: number;
    expires: number;
    stored_at: number;
    stored_by: string;
    raw: Uint8Array;
  };
  trust_signed_tags: { gun: string; tag: string; digest: string; since: number };
  trust_standings: { gun: string; tags: number; good_until: number; noted_at: number; told_until: number | null };
  trust_server_keys: {
    fingerprint: string;
    gun: string;
    role: 'timestamp' | 'snapshot';
    spki: Uint8Array;
    created_at: number;
  };
  trust_changes: {
    id: number;
    at: number;
    gun: string;
    version: number;
    sha256: string;
    category: 'update' | 'deletion';
  };
}
