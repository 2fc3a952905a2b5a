import { z } from 'zod';

/** A directory group whose members are in a team here: `organisation/team`, or `administrators`. */
const mapping = z.strictObject({
  /** A distinguished name or the plain name of the group (LDAP), a value of the groups claim (OpenID Connect). */
  group: z.string().min(1).max(1000),
  team: z
    .string()
    .regex(/^(?:administrators|[a-z0-9._-]{1,100}\/[a-z0-9-]{1,60})$/, 'organisation/team, or administrators'),
});
const groups = z.array(mapping).max(500).default([]);

const filter = (placeholder: string) =>
  z
    .string()
    .min(3)
    .max(1000)
    .refine(
      (text) => text.startsWith('(') && text.includes(placeholder),
      `a filter in brackets that holds ${placeholder}`,
    );

/** An LDAP directory or Active Directory (RFC 4511): people are found by a search and prove themselves by a bind. */
export const ldapSettings = z
  .strictObject({
    kind: z.literal('ldap'),
    /** Tried in order; the first that answers is used. */
    urls: z
      .array(z.string().regex(/^ldaps?:\/\/(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/))
      .min(1)
      .max(10),
    /** Speaks TLS on an ldap:// connection before anything else is said (RFC 4513 section 3.1.1). */
    startTls: z.boolean().default(false),
    /** Certificates in PEM that vouch for the servers, besides those of this machine. */
    ca: z.string().max(200_000).optional(),
    /** Who searches; without one the search is anonymous. */
    bindDn: z.string().max(1000).optional(),
    baseDn: z.string().min(1).max(1000),
    userFilter: filter('{name}').default('(&(objectClass=person)(uid={name}))'),
    nameAttribute: z.string().min(1).max(100).default('uid'),
    mailAttribute: z.string().min(1).max(100).default('mail'),
    /** What stays the same when a person's entry is renamed: entryUUID, or objectGUID of Active Directory. */
    idAttribute: z.string().min(1).max(100).default('entryUUID'),
    groupBaseDn: z.string().max(1000).optional(),
    groupFilter: filter('{dn}').default('(|(member={dn})(uniqueMember={dn}))'),
    groupNameAttribute: z.string().min(1).max(100).default('cn'),
    /** `recursive` asks for the groups of groups; `chain` lets Active Directory do it in one search. */
    nested: z.enum(['none', 'recursive', 'chain']).default('recursive'),
    timeoutSeconds: z.number().int().min(1).max(60).default(5),
    groups,
  })
  .refine(
    ({ urls, startTls }) =>
      startTls || urls.every((url) => url.startsWith('ldaps:') || isSecure(new URL(url.replace(/^ldap/, 'http')))),
    'passwords go over ldaps://, or ldap:// with startTls; plain ldap:// is for this machine alone',
  );
export type LdapSettings = z.output<typeof ldapSettings>;

const issuer = z
  .string()
  .max(1000)
  .refine((text) => URL.canParse(text) && isSecure(new URL(text)), 'an https:// address (http:// on loopback only)');

/** An OpenID Connect provider: code flow with PKCE in the console, device flow in the command line. */
export const oidcSettings = z.strictObject({
  kind: z.literal('oidc'),
  issuer,
  clientId: z.string().min(1).max(500),
  scopes: z.array(z.string().min(1).max(100)).max(20).default(['openid', 'profile', 'email']),
  nameClaim: z.string().min(1).max(100).default('preferred_username'),
  groupsClaim: z.string().min(1).max(100).default('groups'),
  /** Days after the last sign-in at which tokens made here stop standing for the account. */
  trustDays: z.number().int().min(1).max(366).default(30),
  groups,
});
export type OidcSettings = z.output<typeof oidcSettings>;

/** An issuer of tokens that CI jobs hold: each rule says which robot a job is, by its claims. */
export const workloadSettings = z.strictObject({
  kind: z.literal('workload'),
  issuer,
  audience: z.string().min(1).max(500),
  rules: z
    .array(
      z.strictObject({
        /** `organisation+name` */
        robot: z
          .string()
          .regex(/^[a-z0-9._-]+\+[a-z0-9._-]+$/, 'organisation+name')
          .max(170),
        /** Each named claim must match; * stands for any characters, ? for one. */
        claims: z
          .record(z.string().min(1).max(100), z.string().min(1).max(500))
          .refine((claims) => Object.keys(claims).length > 0, 'a rule names at least one claim'),
        limits: z
          .array(
            z.strictObject({
              repository: z.string().max(255).optional(),
              organisation: z.string().max(100).optional(),
              actions: z.array(z.enum(['pull', 'push', 'delete', 'sign', 'audit'])).min(1),
            }),
          )
          .max(50)
          .optional(),
      }),
    )
    .min(1)
    .max(200),
});
export type WorkloadSettings = z.output<typeof workloadSettings>;

export const directorySettings = z.discriminatedUnion('kind', [ldapSettings, oidcSettings, workloadSettings]);
export type DirectorySettings = z.output<typeof directorySettings>;

export interface Directory {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly settings: DirectorySettings;
  readonly createdAt: number;
}

/** Plain HTTP is for a provider on this machine. */
export function isSecure(url: URL): boolean {
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname))
  );
}
