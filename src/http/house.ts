import type { ClientCertificates } from './client-certificates.ts';
import type { Accounts } from '../work/access/accounts.ts';
import type { SealKeeper } from '../work/access/audit.ts';
import type { Denials } from '../work/access/denials.ts';
import type { Directories } from '../work/access/directories.ts';
import type { Grants } from '../work/access/grants.ts';
import type { OidcSignIn } from '../work/access/oidc-sign-in.ts';
import type { Organisations } from '../work/access/organisations.ts';
import type { Passkeys } from '../work/access/passkeys.ts';
import type { RegistryTokens } from '../work/access/registry-tokens.ts';
import type { Robots } from '../work/access/robots.ts';
import type { SecondFactor } from '../work/access/second-factor.ts';
import type { SignIn } from '../work/access/sign-in.ts';
import type { Channels } from '../work/channels/channels.ts';
import type { Promotions } from '../work/channels/promotions.ts';
import type { Requests } from '../work/channels/requests.ts';
import type { Stages } from '../work/channels/stages.ts';
import type { DecisionSigner } from '../work/gates/decision-signer.ts';
import type { ImageJudge } from '../work/gates/image-judge.ts';
import type { Decisions } from '../work/policy/decisions.ts';
import type { Exceptions } from '../work/policy/exceptions.ts';
import type { ScanRequests } from '../work/content/scan-requests.ts';
import type { VexStatements } from '../work/content/vex-statements.ts';
import type { Health } from '../work/policy/health.ts';
import type { HealthProfiles } from '../work/policy/health-profiles.ts';
import type { Policies } from '../work/policy/policies.ts';
import type { Intake } from '../work/policy/intake.ts';
import type { Quarantine } from '../work/policy/quarantine.ts';
import type { Trials } from '../work/policy/trials.ts';
import type { Refusals } from '../work/policy/refusals.ts';
import type { Subscriptions } from '../work/notify/subscriptions.ts';
import type { Webhooks } from '../work/notify/webhooks.ts';
import type { Backups } from '../work/registry/backups.ts';
import type { Blobs } from '../work/registry/blobs.ts';
import type { Manifests } from '../work/registry/manifests.ts';
import type { Pulls } from '../work/registry/pulls.ts';
import type { ContentTrust } from '../work/trust/content-trust.ts';
import type { Uploads } from '../work/registry/uploads.ts';
import type { Clock } from '../lib/clock.ts';
import type { AdvisorySets } from '../ports/advisory-sets.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Database } from '../ports/database.ts';
import type { LayerAnalyser } from '../ports/layer-analyser.ts';

/** How it stands with certificates that are had from an authority (ACME). */
export interface CertificateState {
  readonly directory: string;
  readonly names: readonly string[];
  /** End of the one in force; absent while there is none yet. */
  readonly notAfter: number | undefined;
  readonly lastError: string | undefined;
  readonly nextTryAt: number | undefined;
}

/** The use cases that requests are turned into, made by app/. */
export interface House {
  readonly version: string;
  readonly startedAt: number;
  /** Name of the token service; also the host that clients see in commands. */
  readonly service: string;
  /** Certificate of the own authority in PEM, unless the server was given a certificate. */
  readonly authority: string | undefined;
  /** Absent unless certificates are had from an authority. */
  readonly acme: { state(): CertificateState } | undefined;
  readonly clock: Clock;
  readonly database: Database;
  readonly databaseKind: 'sqlite' | 'postgres';
  readonly blobStore: BlobStore;
  readonly advisories: AdvisorySets;
  readonly analyser: LayerAnalyser;
  readonly uploads: Uploads;
  readonly backups: Backups;
  readonly blobs: Blobs;
  readonly manifests: Manifests;
  readonly pulls: Pulls;
  readonly signIn: SignIn;
  /** Absent unless clients are asked for certificates. */
  readonly clientCertificates: ClientCertificates | undefined;
  readonly tokens: RegistryTokens;
  readonly accounts: Accounts;
  readonly denials: Denials;
  readonly webhooks: Webhooks;
  readonly subscriptions: Subscriptions;
  readonly sendsMail: boolean;
  readonly sealKeeper: SealKeeper;
  readonly grants: Grants;
  readonly directories: Directories;
  readonly oidc: OidcSignIn;
  readonly secondFactor: SecondFactor;
  readonly passkeys: Passkeys;
  readonly organisations: Organisations;
  readonly robots: Robots;
  readonly trust: ContentTrust;
  readonly decisions: Decisions;
  readonly imageJudge: ImageJudge;
  readonly stages: Stages;
  readonly promotions: Promotions;
  readonly requests: Requests;
  readonly channels: Channels;
  readonly decisionSigner: DecisionSigner;
  readonly refusals: Refusals;
  readonly policies: Policies;
  readonly exceptions: Exceptions;
  readonly quarantine: Quarantine;
  readonly intake: Intake;
  readonly trials: Trials;
  readonly health: Health;
  readonly scans: ScanRequests;
  readonly vex: VexStatements;
  readonly healthProfiles: HealthProfiles;
  readonly wakeJobs: () => void;
  /** True while the administrator's password is the one that the first start made. */
  initialPassword(): Promise<boolean>;
}
