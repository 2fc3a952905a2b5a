import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { feedSummary, reportFinding } from './report.ts';
import { listOf, listQuery, severity, time } from './shapes.ts';

export const getAdvisories = endpoint({
  id: 'getAdvisories',
  method: 'GET',
  path: '/api/v1/advisories',
  summary: 'The advisory set in force: feeds, counts, age',
  right: 'viewer',
  answer: z.object({
    digest: z.string(),
    feeds: z.array(feedSummary),
    /** Addresses that the server asks, and what became of it. */
    sources: z.array(
      z.object({ url: z.string(), feed: z.string(), checkedAt: time, lastError: z.string().optional() }),
    ),
    /** Published sets that feeds were taken from, each verified by its signature. */
    sets: z.array(
      z.object({
        source: z.string(),
        manifest: z.string(),
        createdAt: z.string(),
        checkedAt: time,
        feeds: z.array(z.string()),
      }),
    ),
  }),
  errors: [],
});

export const exportFeed = endpoint({
  id: 'exportFeed',
  method: 'GET',
  path: '/api/v1/advisories/feeds/{feed}',
  summary: 'A feed in force as it was compiled, JSON lines: what it is, then an entry for each package',
  right: 'signed-in',
  params: z.object({ feed: z.string().max(100) }),
  stream: 'application/x-ndjson',
  errors: ['unauthorized', 'not-found'],
});

export const importAdvisories = endpoint({
  id: 'importAdvisories',
  method: 'POST',
  path: '/api/v1/advisories',
  summary: 'Import a feed: the file is the body; images it concerns are judged anew',
  right: 'administrator',
  query: z.object({ feed: z.string().max(40).optional(), name: z.string().max(200).default('feed') }),
  maxBodyBytes: 2 * 1024 ** 3,
  answer: z.object({
    feed: feedSummary,
    withdrawn: z.number().int(),
    refused: z.array(z.object({ id: z.string(), reason: z.string() })),
    changedEntries: z.number().int(),
    judgedPackages: z.number().int(),
    changedImages: z.number().int(),
  }),
  errors: ['advisory-feed-invalid', 'input-invalid', 'denied', 'unauthorized', 'body-too-large'],
});

const asked = z.strictObject({
  ecosystem: z.string().min(1).max(200),
  name: z.string().min(1).max(400),
  version: z.string().max(400),
});

/** What the advisories say of one package version; `covered` false means that nobody was asked. */
export const queryAnswer = asked.extend({
  covered: z.boolean(),
  findings: z.array(
    reportFinding.omit({ package: true, layer: true, evidence: true }).extend({
      feed: z.string(),
      record: z.string(),
      comparison: z.string(),
    }),
  ),
});

export const queryAdvisories = endpoint({
  id: 'queryAdvisories',
  method: 'POST',
  path: '/api/v1/advisories/query',
  summary: 'What the advisories in force say of package versions, by the same matching as a scan',
  right: 'viewer',
  body: z.strictObject({ packages: z.array(asked).min(1).max(1000) }),
  maxBodyBytes: 1024 ** 2,
  answer: z.object({ advisories: z.string(), answers: z.array(queryAnswer) }),
  errors: ['input-invalid', 'body-too-large'],
});

const vulnerableImage = z.object({
  repository: z.string(),
  digest: z.string(),
  /** Its own, and those of the indexes that list it. */
  tags: z.array(z.string()),
  pushedAt: time,
  severity,
  packages: z.array(z.object({ name: z.string(), version: z.string(), fixedVersion: z.string().optional() })),
  /** A statement takes all of it out of the count there: the word of whom, and what it says. */
  setAside: z.object({ status: z.string(), author: z.string(), reason: z.string() }).optional(),
});

export const getVulnerability = endpoint({
  id: 'getVulnerability',
  method: 'GET',
  path: '/api/v1/vulnerabilities/{id}',
  summary: 'One vulnerability: what its record says, and the images that have it',
  right: 'viewer',
  params: z.object({ id: z.string().min(1).max(100) }),
  answer: z.object({
    id: z.string(),
    aliases: z.array(z.string()),
    summary: z.string().optional(),
    references: z.array(z.string()),
    images: z.array(vulnerableImage),
    /** Images that you may see and that had it, deleted ones too, by the end of each of the last thirty days (UTC) and now. */
    trend: z.array(z.object({ day: z.string(), images: z.number().int() })),
  }),
  errors: [],
});

export const search = endpoint({
  id: 'search',
  method: 'GET',
  path: '/api/v1/search',
  summary: 'Repositories, packages and vulnerabilities: “which images have CVE-X?”',
  right: 'viewer',
  query: z.object({ q: z.string().min(1).max(200), limit: z.coerce.number().int().min(1).max(200).default(50) }),
  answer: z.object({
    repositories: z.array(z.object({ name: z.string(), description: z.string() })),
    vulnerable: z.array(vulnerableImage),
    holding: z.array(
      z.object({ repository: z.string(), digest: z.string(), name: z.string(), version: z.string(), type: z.string() }),
    ),
  }),
  errors: ['input-invalid'],
});

const changeLine = z.object({
  change: z.enum(['added', 'removed', 'changed']),
  id: z.string(),
  severity,
  package: z.string(),
  version: z.string(),
  fixedVersion: z.string().optional(),
});

export const listJudgementChanges = endpoint({
  id: 'listJudgementChanges',
  method: 'GET',
  path: '/api/v1/advisories/changes',
  summary: 'What new advisories changed for images: findings added, removed and changed, newest first',
  right: 'viewer',
  query: z.object({ ...listQuery, since: time.optional() }),
  answer: listOf(
    z.object({
      id: z.string(),
      at: time,
      repository: z.string(),
      digest: z.string(),
      added: z.number().int(),
      removed: z.number().int(),
      changed: z.number().int(),
      /** The worst lines; the counts tell of all. */
      findings: z.array(changeLine),
    }),
  ),
  errors: [],
});

/** The data of an `image.judged` event, as far as it tells of changes. */
export const judgedData = z.object({
  added: z.number().int(),
  removed: z.number().int(),
  changed: z.number().int(),
  findings: z.array(changeLine),
});

export const listEvents = endpoint({
  id: 'listEvents',
  method: 'GET',
  path: '/api/v1/events',
  summary: 'What happened, newest first',
  right: 'viewer',
  query: z.object(listQuery),
  answer: listOf(
    z.object({
      id: z.string(),
      type: z.string(),
      actor: z.string(),
      subject: z.string(),
      data: z.record(z.string(), z.unknown()),
      at: time,
    }),
  ),
  errors: [],
});

const account = z.object({
  name: z.string(),
  kind: z.enum(['person', 'robot']),
  /** `local`, or the directory that vouches for it. */
  source: z.string(),
  administrator: z.boolean(),
  disabled: z.boolean(),
  secondFactor: z.boolean(),
  email: z.string().optional(),
  createdAt: time,
});

export const listAccounts = endpoint({
  id: 'listAccounts',
  method: 'GET',
  path: '/api/v1/accounts',
  summary: 'All accounts',
  right: 'administrator',
  answer: z.object({ items: z.array(account) }),
  errors: ['denied', 'unauthorized'],
});

export const createAccount = endpoint({
  id: 'createAccount',
  method: 'POST',
  path: '/api/v1/accounts',
  summary: 'Create an account',
  right: 'administrator',
  body: z.strictObject({
    name: z.string().min(1).max(64),
    password: z.string().max(256),
    administrator: z.boolean().default(false),
  }),
  answer: account,
  status: 201,
  errors: ['already-exists', 'input-invalid', 'denied', 'unauthorized'],
});

export const deleteAccount = endpoint({
  id: 'deleteAccount',
  method: 'DELETE',
  path: '/api/v1/accounts/{name}',
  summary: 'Delete an account with its tokens and roles',
  right: 'administrator',
  params: z.object({ name: z.string().max(64) }),
  errors: ['not-found', 'denied', 'unauthorized'],
});

export const updateAccount = endpoint({
  id: 'updateAccount',
  method: 'PATCH',
  path: '/api/v1/accounts/{name}',
  summary: 'Disable or enable an account, make it an administrator or no longer, set its mail address',
  right: 'administrator',
  params: z.object({ name: z.string().max(170) }),
  body: z.strictObject({
    disabled: z.boolean().optional(),
    administrator: z.boolean().optional(),
    email: z.email().max(254).nullable().optional(),
  }),
  answer: account,
  errors: ['not-found', 'input-invalid', 'denied', 'unauthorized'],
});

export const setAccountPassword = endpoint({
  id: 'setAccountPassword',
  method: 'PUT',
  path: '/api/v1/accounts/{name}/password',
  summary: 'Set an account’s password',
  right: 'administrator',
  params: z.object({ name: z.string().max(64) }),
  body: z.strictObject({ password: z.string().max(256) }),
  errors: ['not-found', 'input-invalid', 'denied', 'unauthorized'],
});

export const getStatus = endpoint({
  id: 'getStatus',
  method: 'GET',
  path: '/api/v1/status',
  summary: 'The state of the house: version, storage, jobs, what confines the analysis',
  right: 'administrator',
  answer: z.object({
    version: z.string(),
    startedAt: time,
    database: z.string(),
    jobs: z.array(
      z.object({ kind: z.string(), state: z.string(), attempts: z.number().int(), lastError: z.string().optional() }),
    ),
    confinement: z.array(z.string()),
    /** Certificates that are had from an authority (ACME), where they are. */
    acme: z
      .object({
        directory: z.string(),
        names: z.array(z.string()),
        notAfter: time.optional(),
        lastError: z.string().optional(),
        nextTryAt: time.optional(),
      })
      .optional(),
    signer: z.object({
      state: z.enum(['works', 'down']),
      backend: z.string().optional(),
      keys: z.number().int().optional(),
      reason: z.string().optional(),
    }),
  }),
  errors: ['denied', 'unauthorized'],
});
