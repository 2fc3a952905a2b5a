import { z } from 'zod';

/** One row per setting: its key, environment variable, default and what a person reads of it. */
export const settings = {
  dataDirectory: { summary: 'where everything is kept', schema: z.string().min(1), fallback: './assay-data' },
  listen: {
    summary: 'address and port',
    schema: z.string().regex(/^(?:\[[0-9a-f:.]+\]|[^:\s]+):\d{1,5}$/i, 'write it as host:port'),
    fallback: '127.0.0.1:5000',
  },
  publicNames: {
    summary: 'host names that clients use for this server',
    schema: z.array(z.string().min(1)),
    fallback: [],
  },
  publicUrl: {
    summary: 'URL that clients reach it by, when a proxy stands in front',
    schema: z.url().optional(),
    fallback: undefined,
  },
  trustedProxies: {
    summary: 'addresses whose X-Forwarded headers are believed',
    schema: z.array(z.string()),
    fallback: [],
  },
  tlsCertificate: {
    summary: 'certificate chain in PEM instead of the own authority’s',
    schema: z.string().min(1).optional(),
    fallback: undefined,
  },
  tlsKey: { summary: 'key of that certificate in PEM', schema: z.string().min(1).optional(), fallback: undefined },
  acmeDirectory: {
    summary:
      'address of an authority’s ACME directory that certificates for publicNames are had from; naming it agrees to its terms',
    schema: z.url().optional(),
    fallback: undefined,
  },
  acmeContact: {
    summary: 'mail address that the authority may write to',
    schema: z.email().max(254).optional(),
    fallback: undefined,
  },
  acmeAuthorities: {
    summary: 'certificates in PEM that vouch for the ACME server itself, besides those of this machine',
    schema: z.string().min(1).optional(),
    fallback: undefined,
  },
  clientAuthorities: {
    summary: 'authorities in PEM whose client certificates are believed; without it none is asked for',
    schema: z.string().min(1).optional(),
    fallback: undefined,
  },
  clientRevocations: {
    summary: 'lists of revoked client certificates in PEM, one of each authority',
    schema: z.string().min(1).optional(),
    fallback: undefined,
  },
  clientCertificates: {
    summary: 'whether clients may or must show a certificate: optional or required',
    schema: z.enum(['optional', 'required']),
    fallback: 'optional',
  },
  clientCertificateAccounts: {
    summary: 'whose account a certificate is, by its names, such as cn:build=shop+ci or email:*@example.org=*',
    schema: z.array(z.string().min(1).max(700)).max(500),
    fallback: [],
  },
  database: {
    summary: 'postgres://… instead of the embedded database',
    schema: z
      .string()
      .regex(/^postgres(?:ql)?:\/\//)
      .optional(),
    fallback: undefined,
  },
  adminPassword: {
    summary: 'password of the administrator at first start',
    schema: z.string().min(10).optional(),
    fallback: undefined,
    secret: true,
  },
  logLevel: {
    summary: 'how much is logged',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
    fallback: 'info',
  },
  signerAddress: {
    summary: 'host:port of a signing service elsewhere (assay signer) instead of one as a child',
    schema: z.string().min(1).optional(),
    fallback: undefined,
  },
  signerCertificate: {
    summary: 'certificate in PEM that this server shows to it',
    schema: z.string().min(1).optional(),
    fallback: undefined,
  },
  signerKey: { summary: 'key of that certificate in PEM', schema: z.string().min(1).optional(), fallback: undefined },
  signerCa: {
    summary: 'authority of the signing service’s certificate in PEM',
    schema: z.string().min(1).optional(),
    fallback: undefined,
  },
  signerStoreKey: {
    summary: 'file with the key that seals the keys of the signing service, instead of one in the data directory',
    schema: z.string().min(1).optional(),
    fallback: undefined,
  },
  advisoryUpdates: {
    summary: 'hours between updates of the advisory feeds; 0 turns them off',
    schema: z.coerce.number().min(0).max(720),
    fallback: 6,
  },
  advisoryFeeds: {
    summary: 'feeds that are kept fresh; of each only the files of what stored images hold',
    schema: z.array(z.string()),
    fallback: [
      'debian',
      'alpine',
      'osv',
      'redhat-repositories',
      'azure-linux',
      'oracle',
      'amazon',
      'bottlerocket',
      'photon',
      'arch',
      'kev',
      'epss',
      'nvd',
    ],
  },
  advisorySource: {
    summary:
      'registry/repository[:tag] of a set that `assay advisories publish` keeps there, taken instead of asking the publishers; empty: the publishers',
    schema: z.string().max(500),
    fallback: '',
  },
  advisoryMirror: {
    summary:
      'address under which copies of the publishers’ files lie, by host and path; empty: the publishers themselves',
    schema: z.string().max(500),
    fallback: '',
  },
  clamd: {
    summary: 'unix:PATH or host:port of a clamd that every file of every image is shown to; empty: none',
    schema: z
      .string()
      .regex(
        /^(?:unix:\/.{1,100}|(?:\[[0-9a-f:.]{2,45}\]|[^:\s/]{1,253}):\d{1,5})?$/i,
        'write it as unix:PATH or host:port',
      ),
    fallback: '',
  },
  maxBlobBytes: {
    summary: 'largest blob in bytes',
    schema: z.coerce.number().int().min(1024),
    fallback: 256 * 1024 ** 3,
  },
  foreignImages: {
    summary:
      'what deploy and run gates say of images of other registries: deny, allow, or list; empty: deny where a policy is enforced at the gate',
    schema: z.enum(['', 'deny', 'allow', 'list']),
    fallback: '',
  },
  foreignImageList: {
    summary:
      'globs over images of other registries that may pass, such as docker.io/library/*; local: made on the host',
    schema: z.array(z.string().min(1).max(300)),
    fallback: [],
  },
  decisionMinutes: {
    summary: 'how long a signed decision is good for at most, for gates that cannot reach this server',
    schema: z.coerce.number().min(1).max(1440),
    fallback: 15,
  },
  outboundRanges: {
    summary: 'networks besides public ones that webhooks may be in, such as 10.0.0.0/8; link-local never',
    schema: z.array(z.string()),
    fallback: [],
  },
  scannerRegistries: {
    summary: 'host[:port] of registries whose images this server scans for Harbor; none: it scans for nobody',
    schema: z.array(z.string().min(1).max(300)),
    fallback: [],
  },
  smtp: {
    summary: 'mail server: smtps://name:password@host, or smtp:// with STARTTLS',
    schema: z
      .string()
      .regex(/^smtps?:\/\//)
      .optional(),
    fallback: undefined,
    secret: true,
  },
  mailFrom: { summary: 'sender of mail', schema: z.string().min(3).max(320).optional(), fallback: undefined },
  mailMinutes: {
    summary: 'minutes that news are gathered before they are mailed',
    schema: z.coerce.number().min(0).max(10_080),
    fallback: 15,
  },
  auditDays: {
    summary: 'days that entries of the audit are kept; 0 keeps them all',
    schema: z.coerce.number().int().min(0).max(36_500),
    fallback: 730,
  },
  sparseImages: {
    summary: 'accept images whose layers are not all here; indexes may always lack images',
    schema: z.stringbool().or(z.boolean()),
    fallback: false,
  },
  keepUnreferencedMinutes: {
    summary: 'how long a blob without a manifest is kept after its upload',
    schema: z.coerce.number().min(0),
    fallback: 1440,
  },
  keepDeletedMinutes: {
    summary: 'how long a blob is kept after its last manifest was deleted',
    schema: z.coerce.number().min(0),
    fallback: 60,
  },
  garbageMinutes: {
    summary: 'minutes between removals of what nothing needs; 0 turns them off',
    schema: z.coerce.number().min(0).max(10_080),
    fallback: 10,
  },
} as const satisfies Record<string, { summary: string; schema: z.ZodType; fallback: unknown; secret?: true }>;

export type SettingName = keyof typeof settings;
export type Config = { readonly [K in SettingName]: z.output<(typeof settings)[K]['schema']> };
