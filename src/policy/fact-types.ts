/** Types of the facts as expressions see them (Common Expression Language, cel.dev). */
type CelType = string;

/** What each root holds. Documentation, type checking and the nearest right word for a slip all come from here. */
export const factTypes = {
  image: {
    digest: 'string',
    repository: 'string',
    tags: 'list<string>',
    kind: 'string',
    platform: 'string',
    user: 'string',
    root: 'bool',
    createdAt: 'google.protobuf.Timestamp',
    size: 'int',
    labels: 'map<string, string>',
    ports: 'list<string>',
    healthcheck: 'bool',
  },
  analysis: {
    state: 'string',
    analysedAt: 'google.protobuf.Timestamp',
    judgedAt: 'google.protobuf.Timestamp',
    advisoriesAt: 'google.protobuf.Timestamp',
    packages: 'int',
    unjudged: 'int',
    incomplete: 'list<string>',
  },
  distribution: { id: 'string', version: 'string', name: 'string', support: 'string' },
  trust: { state: 'string', failure: 'string', signatures: 'list<Signature>', signedAs: 'string' },
  origin: {
    source: 'string',
    revision: 'string',
    baseName: 'string',
    baseDigest: 'string',
    attached: 'list<string>',
  },
  release: { state: 'string', by: 'string', reason: 'string' },
  health: { grade: 'string', atMost: 'string', score: 'int', lines: 'map<string, string>' },
  request: {
    gate: 'string',
    repository: 'string',
    tag: 'string',
    platform: 'string',
    actor: 'string',
    actorClass: 'string',
    powers: 'list<string>',
  },
} as const satisfies Record<string, Record<string, CelType>>;

/** Roots that are lists, and the roots that are values. */
export const listTypes = { findings: 'list<Finding>', observations: 'list<Observation>' } as const;
export const valueTypes = { now: 'google.protobuf.Timestamp' } as const;

/** What the lists hold. */
export const elementTypes = {
  Finding: {
    id: 'string',
    aliases: 'list<string>',
    package: 'string',
    version: 'string',
    severity: 'string',
    status: 'string',
    fixedVersion: 'string',
    fixable: 'bool',
    exploited: 'bool',
    epss: 'double',
  },
  Observation: {
    kind: 'string',
    id: 'string',
    title: 'string',
    severity: 'string',
    path: 'string',
    removed: 'bool',
    fingerprint: 'string',
  },
  Signature: {
    gun: 'string',
    tag: 'string',
    digest: 'string',
    signers: 'list<string>',
    keys: 'list<string>',
    goodUntil: 'google.protobuf.Timestamp',
  },
} as const satisfies Record<string, Record<string, CelType>>;
