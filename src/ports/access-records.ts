import type { Role } from '../access/roles.ts';
import type { RepositoryName } from '../oci/names.ts';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly administrator: boolean;
  readonly disabled: boolean;
  readonly createdAt: number;
  readonly passwordChangedAt: number;
  /** PHC string of argon2id. */
  readonly passwordHash: string;
}

/** A secret that stands for an account: for a person's scripts, a client's refresh, or a browser session. */
export interface TokenRecord {
  readonly id: string;
  readonly accountId: string;
  readonly kind: 'personal' | 'refresh' | 'session';
  readonly name: string;
  readonly readOnly: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | undefined;
}

/** A role on one repository, or on an organisation and all its repositories. */
export interface Grant {
  readonly accountName: string;
  readonly role: Role;
  readonly subject: { readonly repository: RepositoryName } | { readonly organisation: string };
}

export interface AccessRecords {
  account(name: string): Promise<Account | undefined>;
  accountById(id: string): Promise<Account | undefined>;
  accounts(): Promise<Account[]>;
  createAccount(account: Account): Promise<void>;
  setPassword(accountId: string, passwordHash: string, at: number): Promise<void>;
  setDisabled(accountId: string, disabled: boolean): Promise<void>;
  deleteAccount(accountId: string): Promise<void>;

  /** Tokens are kept as the SHA-256 of their text. */
  addToken(token: TokenRecord, secretHash: string): Promise<void>;
  tokenBySecret(secretHash: string, now: number): Promise<{ token: TokenRecord; account: Account } | undefined>;
  tokens(accountId: string, kind: TokenRecord['kind']): Promise<TokenRecord[]>;
  touchToken(id: string, at: number): Promise<void>;
  revokeToken(accountId: string, id: string): Promise<boolean>;
  revokeTokens(accountId: string, kinds: readonly TokenRecord['kind'][]): Promise<void>;
  forgetExpiredTokens(before: number): Promise<number>;

  grant(grant: Grant): Promise<void>;
  revokeGrant(grant: Omit<Grant, 'role'>): Promise<boolean>;
  grants(filter: { accountName?: string; repository?: RepositoryName }): Promise<Grant[]>;

  /** Values the server made once and keeps: token keys and the like. */
  secret(name: string): Promise<Uint8Array | undefined>;
  setSecret(name: string, value: Uint8Array): Promise<void>;
}
