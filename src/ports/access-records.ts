import type { Directory } from '../access/directory-settings.ts';
import type { TokenLimits } from '../access/limits.ts';
import type { Action, Role } from '../access/roles.ts';
import type { Viewer } from '../access/viewer.ts';
import type { RepositoryName } from '../oci/names.ts';

export interface Account {
  readonly id: string;
  /** A robot's is `<organisation>+<name>`. */
  readonly name: string;
  readonly kind: 'person' | 'robot';
  /** Home of a robot. */
  readonly organisation: string | undefined;
  /** `local`, or the id of the directory that vouches for the account. */
  readonly source: string;
  /** What the directory calls the account. */
  readonly externalId: string | undefined;
  readonly email: string | undefined;
  /** True when signing in to the console asks for a code as well (RFC 6238). */
  readonly secondFactor: boolean;
  /** How many passkeys it has; with one its password alone opens it no more. */
  readonly passkeys: number;
  readonly administrator: boolean;
  readonly disabled: boolean;
  readonly createdAt: number;
  /** When the directory last said that the account is whom it says. */
  readonly vouchedAt: number | undefined;
  readonly passwordChangedAt: number;
  /** PHC string of argon2id; empty where no password is kept. */
  readonly passwordHash: string;
}

/** A secret that stands for an account: for a person's scripts, a robot, a client's refresh, a browser session, or feeds. */
export interface TokenRecord {
  readonly id: string;
  readonly accountId: string;
  readonly kind: 'personal' | 'refresh' | 'session' | 'robot' | 'feed';
  readonly name: string;
  readonly readOnly: boolean;
  /** Absent: everything that its account may do. */
  readonly limits: TokenLimits | undefined;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | undefined;
}

/** A public key of an authenticator that signs an account in (WebAuthn Level 3). */
export interface Passkey {
  readonly id: string;
  readonly accountId: string;
  /** What the authenticator calls it, base64url. */
  readonly credentialId: string;
  readonly name: string;
  /** Host name that it was made for and signs in at. */
  readonly site: string;
  /** Of COSE. */
  readonly algorithm: number;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  /** The signature counter it last showed; 0 where it has none. */
  readonly counter: number;
  readonly backedUp: boolean;
  /** Its counter went back once: a copy of it may exist. */
  readonly suspected: boolean;
  readonly createdAt: number;
  readonly lastUsedAt: number | undefined;
}

export interface PasskeyRecords {
  passkeys(accountId: string): Promise<Passkey[]>;
  passkeyByCredential(credentialId: string): Promise<Passkey | undefined>;
  addPasskey(passkey: Passkey): Promise<void>;
  renamePasskey(id: string, name: string): Promise<void>;
  /** Notes a use; false when the counter is not above the one before (0 after 0 is: some have none). */
  usePasskey(id: string, counter: number, at: number): Promise<boolean>;
  suspectPasskey(id: string): Promise<void>;
  removePasskey(accountId: string, id: string): Promise<boolean>;
}

/** A role on one repository, or on an organisation and all its repositories. */
export interface Grant {
  /** Name of an account, or `team:<name>` for a team of the organisation. */
  readonly principal: string;
  readonly role: Role;
  readonly actions: readonly Action[];
  readonly subject: { readonly repository: RepositoryName } | { readonly organisation: string };
}

export interface Organisation {
  readonly name: string;
  readonly description: string;
  readonly createdAt: number;
  /** Most bytes that its repositories may hold together; a blob counts once in each repository. */
  readonly maxBytes: number | undefined;
}

export interface CustomRole {
  readonly name: string;
  readonly description: string;
  readonly actions: readonly Action[];
}

export interface Team {
  readonly id: string;
  readonly organisation: string;
  readonly name: string;
  readonly description: string;
  readonly createdAt: number;
}

export interface TeamMember {
  readonly account: string;
  /** `local`, or the directory whose groups made it so. */
  readonly sources: readonly string[];
}

export interface AccountRecords {
  account(name: string): Promise<Account | undefined>;
  accountById(id: string): Promise<Account | undefined>;
  accountByExternal(source: string, externalId: string): Promise<Account | undefined>;
  accounts(): Promise<Account[]>;
  robots(organisation: string): Promise<Account[]>;
  createAccount(account: Account): Promise<void>;
  setPassword(accountId: string, passwordHash: string, at: number): Promise<void>;
  setDisabled(accountId: string, disabled: boolean): Promise<void>;
  setAdministrator(accountId: string, administrator: boolean): Promise<void>;
  setEmail(accountId: string, email: string | undefined): Promise<void>;
  deleteAccount(accountId: string): Promise<void>;

  totp(accountId: string): Promise<{ secret: string; step: number } | undefined>;
  /** `undefined` takes the second factor away. */
  setTotp(accountId: string, secret: string | undefined): Promise<void>;
  /** Notes that the code of this step was used; false when it or a later one was used before. */
  useTotpStep(accountId: string, step: number): Promise<boolean>;
}

export interface TokenRecords {
  /** Tokens are kept as the SHA-256 of their text. */
  addToken(token: TokenRecord, secretHash: string): Promise<void>;
  tokenBySecret(secretHash: string, now: number): Promise<{ token: TokenRecord; account: Account } | undefined>;
  tokenById(id: string): Promise<TokenRecord | undefined>;
  tokens(accountId: string, kind: TokenRecord['kind']): Promise<TokenRecord[]>;
  touchToken(id: string, at: number): Promise<void>;
  revokeToken(accountId: string, id: string): Promise<boolean>;
  revokeTokens(accountId: string, kinds: readonly TokenRecord['kind'][]): Promise<void>;
  forgetExpiredTokens(before: number): Promise<number>;
}

export interface OrganisationRecords {
  /** Those in which the viewer holds anything, or all of them for an administrator. */
  organisations(viewer: Viewer): Promise<Organisation[]>;
  organisation(name: string): Promise<Organisation | undefined>;
  updateOrganisation(name: string, change: { description?: string; maxBytes?: number | null }): Promise<void>;
  /** False while it has repositories. */
  deleteOrganisation(name: string): Promise<boolean>;
  /** What the viewer may do on the organisation itself. */
  rightsIn(viewer: Viewer, organisation: string): Promise<ReadonlySet<Action>>;
  /** Bytes that the repositories of the organisation hold. */
  usage(organisation: string): Promise<number>;
  /** Adds up the counters of organisations that have many. */
  compactUsage(): Promise<void>;

  customRoles(organisation: string): Promise<CustomRole[]>;
  /** Sets the role, and the actions of every grant that names it. */
  putCustomRole(organisation: string, role: CustomRole): Promise<void>;
  /** False while a grant names it, or when there is none. */
  deleteCustomRole(organisation: string, name: string): Promise<boolean>;

  teams(organisation: string): Promise<(Team & { readonly members: number })[]>;
  team(organisation: string, name: string): Promise<Team | undefined>;
  createTeam(team: Team): Promise<void>;
  deleteTeam(team: Team): Promise<void>;
  teamMembers(team: Team): Promise<TeamMember[]>;
  addTeamMember(team: Team, accountId: string): Promise<void>;
  removeTeamMember(team: Team, accountId: string): Promise<boolean>;
  teamsOf(accountId: string): Promise<Team[]>;
  /** Makes the account a member of exactly these teams as far as this directory says so; returns what changed. */
  setMemberships(accountId: string, source: string, teamIds: readonly string[]): Promise<boolean>;
}

export interface GrantRecords {
  grant(grant: Grant): Promise<void>;
  revokeGrant(grant: Pick<Grant, 'principal' | 'subject'>): Promise<boolean>;
  /** `repository` finds those on its organisation too, `organisation` those on it alone. */
  grants(filter: { account?: string; repository?: RepositoryName; organisation?: string }): Promise<Grant[]>;
}

export interface DirectoryRecords {
  /** In the order in which they were made, which is the order in which they are asked. */
  directories(): Promise<Directory[]>;
  directory(id: string): Promise<Directory | undefined>;
  putDirectory(directory: Directory): Promise<void>;
  /** Its accounts are disabled and lose their tokens, and the teams that it put them in. */
  deleteDirectory(id: string): Promise<void>;
  setVouched(accountId: string, at: number): Promise<void>;
}

export interface AccessRecords
  extends AccountRecords,
    TokenRecords,
    PasskeyRecords,
    OrganisationRecords,
    GrantRecords,
    DirectoryRecords {
  /** Values the server made once and keeps: token keys and the like. */
  secret(name: string): Promise<Uint8Array | undefined>;
  setSecret(name: string, value: Uint8Array): Promise<void>;
  deleteSecret(name: string): Promise<void>;
}
