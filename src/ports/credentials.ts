/** What opens a registry: a name with a password (or token in its place), or a refresh token of the token protocol. */
export type Credential =
  | { readonly kind: 'password'; readonly name: string; readonly password: string }
  | { readonly kind: 'refresh'; readonly token: string };

/** Finds what opens a registry, by its host and port as the user spells them. */
export type FindCredential = (host: string) => Promise<Credential | undefined>;
