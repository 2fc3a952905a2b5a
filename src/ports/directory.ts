import type { LdapSettings, OidcSettings, WorkloadSettings } from '../access/directory-settings.ts';

/** A person as a directory knows them. */
export interface DirectoryPerson {
  /** Never changes and is never given to somebody else. */
  readonly externalId: string;
  readonly name: string;
  readonly email: string | undefined;
  /** Names of groups, for LDAP their distinguished names too. */
  readonly groups: readonly string[];
}

/** What a test of settings tried, in order, and how far it came. */
export interface DirectoryTestStep {
  readonly step: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Throws `directory-unreachable` when no server answers or the settings do not work: never a yes. */
export interface LdapDirectory {
  /** The person when name and password are right; `unknown` and `wrong` take the same way through the server. */
  check(name: string, password: string): Promise<DirectoryPerson | 'unknown' | 'wrong'>;
  /** The person as the directory has them now, found by what never changes. */
  find(name: string, externalId: string): Promise<DirectoryPerson | undefined>;
  test(name: string | undefined): Promise<DirectoryTestStep[]>;
}

export type OpenLdap = (settings: LdapSettings, password: string | undefined) => LdapDirectory;

export interface DeviceSignIn {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly verificationUriComplete: string | undefined;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

/** What binds a sign-in to the browser that began it. */
export interface OidcRequest {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Throws `directory-unreachable`, or `directory-refused` when what came back does not prove who it is. */
export interface OidcProvider {
  begin(request: OidcRequest): Promise<URL>;
  finish(request: OidcRequest, parameters: URLSearchParams): Promise<DirectoryPerson>;
  beginDevice(): Promise<DeviceSignIn>;
  /** `pending` until the person has agreed, `slow-down` when asked too often. */
  pollDevice(deviceCode: string): Promise<DirectoryPerson | 'pending' | 'slow-down'>;
  test(): Promise<DirectoryTestStep[]>;
}

export type OpenOidc = (settings: OidcSettings, clientSecret: string | undefined) => OidcProvider;

/** The claims of a token whose signature, issuer, audience and times hold. Throws as the others do. */
export interface WorkloadIssuer {
  verify(token: string): Promise<Readonly<Record<string, unknown>>>;
  test(): Promise<DirectoryTestStep[]>;
}

export type OpenWorkload = (settings: WorkloadSettings) => WorkloadIssuer;
