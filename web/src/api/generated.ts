// Made by build/api-types.ts from src/contract/endpoints.ts; not to be edited by hand.

/** What each endpoint takes and answers. */
export interface Api {
  /** Change one’s own password; ends all sessions and refresh tokens. */
  changePassword: {
    params: undefined;
    query: undefined;
    body: { readonly current: string; readonly password: string };
    answer: undefined;
  };
  /** Make a personal token, or one for feeds alone; its text is shown once. */
  createToken: {
    params: undefined;
    query: undefined;
    body: { readonly name: string; readonly use?: 'everything' | 'feeds' | undefined; readonly readOnly?: boolean | undefined; readonly days?: number | undefined; readonly limits?: readonly { readonly repository?: string | undefined; readonly organisation?: string | undefined; readonly actions: readonly ('pull' | 'push' | 'delete' | 'sign' | 'audit' | 'inspect')[] }[] | undefined };
    answer: { readonly token: { readonly id: string; readonly name: string; readonly use: 'everything' | 'feeds'; readonly readOnly: boolean; readonly limits?: readonly { readonly repository?: string | undefined; readonly organisation?: string | undefined; readonly actions: readonly ('pull' | 'push' | 'delete' | 'sign' | 'audit' | 'inspect')[] }[] | undefined; readonly createdAt: string; readonly expiresAt: string; readonly lastUsedAt?: string | undefined }; readonly secret: string };
  };
  /** Who is signed in, and the server one speaks to. */
  getMe: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly name?: string | undefined; readonly administrator: boolean; readonly secondFactor: boolean; readonly hasPassword: boolean; readonly initialPassword: boolean; readonly version: string; readonly registryHost: string };
  };
  /** One’s own personal tokens, and those for feeds. */
  listTokens: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly id: string; readonly name: string; readonly use: 'everything' | 'feeds'; readonly readOnly: boolean; readonly limits?: readonly { readonly repository?: string | undefined; readonly organisation?: string | undefined; readonly actions: readonly ('pull' | 'push' | 'delete' | 'sign' | 'audit' | 'inspect')[] }[] | undefined; readonly createdAt: string; readonly expiresAt: string; readonly lastUsedAt?: string | undefined }[] };
  };
  /** Revoke a personal token. */
  revokeToken: {
    params: { readonly id: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Sign in with name and password; sets the session cookie. */
  signIn: {
    params: undefined;
    query: undefined;
    body: { readonly name: string; readonly password: string; readonly code?: string | undefined };
    answer: { readonly name?: string | undefined; readonly administrator: boolean; readonly secondFactor: boolean; readonly hasPassword: boolean; readonly initialPassword: boolean; readonly version: string; readonly registryHost: string };
  };
  /** End the session. */
  signOut: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Add the passkey that the browser made (WebAuthn Level 3 section 7.1); other sessions end. */
  addPasskey: {
    params: undefined;
    query: undefined;
    body: { readonly name: string; readonly clientData: string; readonly authenticatorData: string; readonly publicKey: string; readonly algorithm: number };
    answer: { readonly id: string; readonly name: string; readonly site: string; readonly algorithm: number; readonly backedUp: boolean; readonly suspected: boolean; readonly createdAt: string; readonly lastUsedAt?: string | undefined };
  };
  /** What the browser makes a passkey with; in a session that was begun within the last 15 minutes. */
  beginPasskey: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly challenge: string; readonly rpId: string; readonly userId: string; readonly userName: string; readonly algorithms: readonly number[]; readonly exclude: readonly string[] };
  };
  /** What the browser signs in with by a passkey; good once, for five minutes. */
  beginPasskeySignIn: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly challenge: string; readonly rpId: string };
  };
  /** One’s own passkeys. */
  listPasskeys: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly id: string; readonly name: string; readonly site: string; readonly algorithm: number; readonly backedUp: boolean; readonly suspected: boolean; readonly createdAt: string; readonly lastUsedAt?: string | undefined }[] };
  };
  /** Remove a passkey; in a session that was begun within the last 15 minutes. */
  removePasskey: {
    params: { readonly id: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Give a passkey another name. */
  renamePasskey: {
    params: { readonly id: string };
    query: undefined;
    body: { readonly name: string };
    answer: undefined;
  };
  /** Sign in with a passkey (WebAuthn Level 3 section 7.2); sets the session cookie. */
  signInByPasskey: {
    params: undefined;
    query: undefined;
    body: { readonly credentialId: string; readonly clientData: string; readonly authenticatorData: string; readonly signature: string };
    answer: { readonly name?: string | undefined; readonly administrator: boolean; readonly secondFactor: boolean; readonly hasPassword: boolean; readonly initialPassword: boolean; readonly version: string; readonly registryHost: string };
  };
  /** Create an empty repository. */
  createRepository: {
    params: undefined;
    query: undefined;
    body: { readonly name: string; readonly visibility?: 'private' | 'public' | undefined; readonly description?: string | undefined };
    answer: { readonly name: string; readonly visibility: 'private' | 'public'; readonly description: string; readonly createdAt: string; readonly rights: readonly ('pull' | 'push' | 'delete' | 'manage' | 'sign' | 'audit' | 'administer' | 'inspect')[] };
  };
  /** Delete a repository with everything in it; trust data only when that is confirmed too. */
  deleteRepository: {
    params: { readonly repository: string };
    query: { readonly withTrust?: string | undefined };
    body: undefined;
    answer: undefined;
  };
  /** Delete a tag; the manifest stays. */
  deleteTag: {
    params: { readonly repository: string; readonly tag: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** One repository. */
  getRepository: {
    params: { readonly repository: string };
    query: undefined;
    body: undefined;
    answer: { readonly name: string; readonly visibility: 'private' | 'public'; readonly description: string; readonly createdAt: string; readonly rights: readonly ('pull' | 'push' | 'delete' | 'manage' | 'sign' | 'audit' | 'administer' | 'inspect')[] };
  };
  /** Who holds which role on the repository. */
  listGrants: {
    params: { readonly repository: string };
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly account: string; readonly role: string; readonly on: 'repository' | 'organisation' }[] };
  };
  /** Repositories one may pull from, by name. */
  listRepositories: {
    params: undefined;
    query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly search?: string | undefined; readonly sort?: 'name' | 'worst' | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly name: string; readonly visibility: 'private' | 'public'; readonly description: string; readonly tags: number; readonly updatedAt: string; readonly newest?: { readonly tag: string; readonly digest: string; readonly judgement: { readonly state: 'waiting' | 'running' | 'complete' | 'incomplete' | 'failed' | 'not-applicable'; readonly counts?: { readonly critical: number; readonly high: number; readonly medium: number; readonly low: number; readonly negligible: number; readonly unknown: number } | undefined; readonly fixable?: { readonly critical: number; readonly high: number; readonly medium: number; readonly low: number; readonly negligible: number; readonly unknown: number } | undefined; readonly packages?: number | undefined; readonly unjudged?: number | undefined; readonly judgedAt?: string | undefined; readonly detail?: string | undefined }; readonly trust?: { readonly state: 'signed' | 'differs' | 'expired'; readonly digest: string } | undefined; readonly grade?: 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | undefined } | undefined }[]; readonly next?: string | undefined; readonly total: number; readonly sort: 'name' | 'worst' };
  };
  /** Tags of a repository with what was found in each. */
  listTags: {
    params: { readonly repository: string };
    query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly search?: string | undefined; readonly sort?: 'name' | 'newest' | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly name: string; readonly digest: string; readonly kind: 'image' | 'index'; readonly size: number; readonly updatedAt: string; readonly updatedBy: string; readonly moves: number; readonly judgement: { readonly state: 'waiting' | 'running' | 'complete' | 'incomplete' | 'failed' | 'not-applicable'; readonly counts?: { readonly critical: number; readonly high: number; readonly medium: number; readonly low: number; readonly negligible: number; readonly unknown: number } | undefined; readonly fixable?: { readonly critical: number; readonly high: number; readonly medium: number; readonly low: number; readonly negligible: number; readonly unknown: number } | undefined; readonly packages?: number | undefined; readonly unjudged?: number | undefined; readonly judgedAt?: string | undefined; readonly detail?: string | undefined }; readonly trust?: { readonly state: 'signed' | 'differs' | 'expired'; readonly digest: string } | undefined; readonly grade?: 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | undefined }[]; readonly next?: string | undefined; readonly sort: 'name' | 'newest' };
  };
  /** Take a role on the repository away. */
  removeGrant: {
    params: { readonly repository: string; readonly account: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Give a repository another name in its organisation; pulls of the old name go on for 90 days. */
  renameRepository: {
    params: { readonly repository: string };
    query: undefined;
    body: { readonly name: string; readonly withTrust?: boolean | undefined };
    answer: { readonly name: string; readonly visibility: 'private' | 'public'; readonly description: string; readonly createdAt: string; readonly rights: readonly ('pull' | 'push' | 'delete' | 'manage' | 'sign' | 'audit' | 'administer' | 'inspect')[] };
  };
  /** Give an account, or team:NAME, a role on the repository. */
  setGrant: {
    params: { readonly repository: string; readonly account: string };
    query: undefined;
    body: { readonly role: string };
    answer: undefined;
  };
  /** What the tag named before, newest first. */
  tagHistory: {
    params: { readonly repository: string; readonly tag: string };
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly digest?: string | undefined; readonly previous?: string | undefined; readonly changedAt: string; readonly changedBy: string }[] };
  };
  /** Change visibility or description. */
  updateRepository: {
    params: { readonly repository: string };
    query: undefined;
    body: { readonly visibility?: 'private' | 'public' | undefined; readonly description?: string | undefined };
    answer: { readonly name: string; readonly visibility: 'private' | 'public'; readonly description: string; readonly createdAt: string; readonly rights: readonly ('pull' | 'push' | 'delete' | 'manage' | 'sign' | 'audit' | 'administer' | 'inspect')[] };
  };
  /** What an image has otherwise than another one of the repository: packages and findings. */
  compareImages: {
    params: { readonly repository: string; readonly reference: string };
    query: { readonly with: string; readonly platform?: string | undefined };
    body: undefined;
    answer: { readonly before: { readonly reference: string; readonly digest: string }; readonly after: { readonly reference: string; readonly digest: string }; readonly packages: { readonly added: readonly { readonly name: string; readonly type: string; readonly before: readonly string[]; readonly after: readonly string[] }[]; readonly removed: readonly { readonly name: string; readonly type: string; readonly before: readonly string[]; readonly after: readonly string[] }[]; readonly changed: readonly { readonly name: string; readonly type: string; readonly before: readonly string[]; readonly after: readonly string[] }[]; readonly same: number }; readonly findings: { readonly added: readonly { readonly kind: string; readonly id: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly subject: string; readonly version?: string | undefined; readonly fixedVersion?: string | undefined; readonly title?: string | undefined }[]; readonly removed: readonly { readonly kind: string; readonly id: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly subject: string; readonly version?: string | undefined; readonly fixedVersion?: string | undefined; readonly title?: string | undefined }[]; readonly same: number } };
  };
  /** Delete a manifest, by digest, with the tags that name it. */
  deleteImage: {
    params: { readonly repository: string; readonly reference: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Packages of an image and which of them each needs, as package databases, manifests and lock files say. */
  getDependencies: {
    params: { readonly repository: string; readonly reference: string };
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly purl: string; readonly type: string; readonly name: string; readonly version: string; readonly path: string; readonly declared?: true | undefined; readonly needs: readonly number[] }[] };
  };
  /** An image by tag or digest: manifest, configuration, layers, where its analysis stands. */
  getImage: {
    params: { readonly repository: string; readonly reference: string };
    query: undefined;
    body: undefined;
    answer: { readonly repository: string; readonly digest: string; readonly mediaType: string; readonly kind: 'image' | 'index' | 'artifact'; readonly artifactType?: string | undefined; readonly size: number; readonly tags: readonly string[]; readonly annotations: Readonly<Record<string, string>>; readonly subject?: string | undefined; readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string | undefined } | undefined; readonly createdAt?: string | undefined; readonly manifests?: readonly { readonly digest: string; readonly mediaType: string; readonly size: number; readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string | undefined } | undefined; readonly present: boolean; readonly judgement: { readonly state: 'waiting' | 'running' | 'complete' | 'incomplete' | 'failed' | 'not-applicable'; readonly counts?: { readonly critical: number; readonly high: number; readonly medium: number; readonly low: number; readonly negligible: number; readonly unknown: number } | undefined; readonly fixable?: { readonly critical: number; readonly high: number; readonly medium: number; readonly low: number; readonly negligible: number; readonly unknown: number } | undefined; readonly packages?: number | undefined; readonly unjudged?: number | undefined; readonly judgedAt?: string | undefined; readonly detail?: string | undefined } }[] | undefined; readonly configuration?: Readonly<Record<string, unknown>> | undefined; readonly layers?: readonly { readonly digest: string; readonly mediaType: string; readonly size: number; readonly instruction?: string | undefined; readonly createdAt?: string | undefined; readonly packages: number; readonly empty: boolean }[] | undefined; readonly distribution?: { readonly id: string; readonly version: string; readonly name: string } | undefined; readonly judgement: { readonly state: 'waiting' | 'running' | 'complete' | 'incomplete' | 'failed' | 'not-applicable'; readonly counts?: { readonly critical: number; readonly high: number; readonly medium: number; readonly low: number; readonly negligible: number; readonly unknown: number } | undefined; readonly fixable?: { readonly critical: number; readonly high: number; readonly medium: number; readonly low: number; readonly negligible: number; readonly unknown: number } | undefined; readonly packages?: number | undefined; readonly unjudged?: number | undefined; readonly judgedAt?: string | undefined; readonly detail?: string | undefined }; readonly progress?: { readonly done: number; readonly layers: number } | undefined; readonly pulls: { readonly total: number; readonly lastDay?: string | undefined }; readonly history: readonly { readonly tag: string; readonly moves: number; readonly updatedAt: string }[] };
  };
  /** The stored manifest as text, for reading; clients take its bytes from /v2. */
  getManifest: {
    params: { readonly repository: string; readonly reference: string };
    query: undefined;
    body: undefined;
    answer: { readonly digest: string; readonly mediaType: string; readonly size: number; readonly text: string };
  };
  /** The whole report: packages and findings with their evidence. */
  getReport: {
    params: { readonly repository: string; readonly reference: string };
    query: { readonly platform?: string | undefined };
    body: undefined;
    answer: { readonly schemaVersion: 1; readonly image: { readonly reference: string; readonly digest: string; readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string | undefined } | undefined }; readonly distribution?: { readonly id: string; readonly version: string; readonly name: string; readonly codename?: string | undefined; readonly repositories?: readonly string[] | undefined; readonly productsBy?: 'repositories' | 'release' | undefined; readonly support?: 'supported' | 'extended' | 'ended' | 'unknown' | undefined; readonly endOfLife?: { readonly endedAt: string; readonly extendedAt?: string | undefined; readonly extendedBy?: string | undefined } | undefined } | undefined; readonly advisories: { readonly digest: string; readonly feeds: readonly { readonly feed: string; readonly digest: string; readonly records: number; readonly withdrawn?: number | undefined; readonly refused: number; readonly ecosystems: readonly string[]; readonly importedAt: string; readonly checkedAt?: string | undefined; readonly amendedAt?: string | undefined; readonly newestAt?: string | undefined; readonly licence: string; readonly source?: string | undefined }[] }; readonly analysedAt: string; readonly judgedAt: string; readonly packages: readonly { readonly purl: string; readonly name: string; readonly version: string; readonly type: string; readonly architecture?: string | undefined; readonly sourceName?: string | undefined; readonly sourceVersion?: string | undefined; readonly licences?: readonly string[] | undefined; readonly module?: string | undefined; readonly ownedBy?: string | undefined; readonly declared?: true | undefined; readonly path: string; readonly layer: { readonly digest: string; readonly instruction?: string | undefined; readonly size?: number | undefined } }[]; readonly findings: readonly ({ readonly kind: 'vulnerability'; readonly id: string; readonly aliases: readonly string[]; readonly package: { readonly purl: string; readonly name: string; readonly version: string; readonly sourceName?: string | undefined }; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly severitySource: string; readonly status: 'fixed' | 'affected' | 'will-not-fix' | 'deferred' | 'end-of-life' | 'under-investigation'; readonly statusDetail?: string | undefined; readonly fixedVersion?: string | undefined; readonly exploited?: boolean | undefined; readonly publishedAt?: string | undefined; readonly summary?: string | undefined; readonly severities?: readonly { readonly source: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly vector?: string | undefined; readonly score?: number | undefined }[] | undefined; readonly cvss?: readonly string[] | undefined; readonly score?: number | undefined; readonly epss?: { readonly score: number; readonly percentile: number } | undefined; readonly layer: { readonly digest: string; readonly instruction?: string | undefined; readonly size?: number | undefined }; readonly references: readonly string[]; readonly sources?: readonly { readonly feed: string; readonly record: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly status: 'fixed' | 'affected' | 'will-not-fix' | 'deferred' | 'end-of-life' | 'under-investigation'; readonly fixedVersion?: string | undefined; readonly comparison: string }[] | undefined; readonly evidence: { readonly feed: string; readonly record: string; readonly ecosystem: string; readonly judgedName: string; readonly judgedVersion: string; readonly comparison: string; readonly path: string } } | { readonly kind: 'secret' | 'malware' | 'licence' | 'practice' | 'minimality'; readonly id: string; readonly aliases: readonly string[]; readonly title: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly severitySource: 'assay'; readonly status: 'affected'; readonly place: 'file' | 'history' | 'environment' | 'label' | 'configuration' | 'image'; readonly path?: string | undefined; readonly line?: number | undefined; readonly layer?: { readonly digest: string; readonly instruction?: string | undefined; readonly size?: number | undefined } | undefined; readonly removed?: true | undefined; readonly detail?: string | undefined; readonly fingerprint?: string | undefined; readonly cure?: string | undefined; readonly references: readonly string[] })[]; readonly suppressed?: readonly ({ readonly finding: { readonly kind: 'vulnerability'; readonly id: string; readonly aliases: readonly string[]; readonly package: { readonly purl: string; readonly name: string; readonly version: string; readonly sourceName?: string | undefined }; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly severitySource: string; readonly status: 'fixed' | 'affected' | 'will-not-fix' | 'deferred' | 'end-of-life' | 'under-investigation'; readonly statusDetail?: string | undefined; readonly fixedVersion?: string | undefined; readonly exploited?: boolean | undefined; readonly publishedAt?: string | undefined; readonly summary?: string | undefined; readonly severities?: readonly { readonly source: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly vector?: string | undefined; readonly score?: number | undefined }[] | undefined; readonly cvss?: readonly string[] | undefined; readonly score?: number | undefined; readonly epss?: { readonly score: number; readonly percentile: number } | undefined; readonly layer: { readonly digest: string; readonly instruction?: string | undefined; readonly size?: number | undefined }; readonly references: readonly string[]; readonly sources?: readonly { readonly feed: string; readonly record: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly status: 'fixed' | 'affected' | 'will-not-fix' | 'deferred' | 'end-of-life' | 'under-investigation'; readonly fixedVersion?: string | undefined; readonly comparison: string }[] | undefined; readonly evidence: { readonly feed: string; readonly record: string; readonly ecosystem: string; readonly judgedName: string; readonly judgedVersion: string; readonly comparison: string; readonly path: string } } | { readonly kind: 'secret' | 'malware' | 'licence' | 'practice' | 'minimality'; readonly id: string; readonly aliases: readonly string[]; readonly title: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly severitySource: 'assay'; readonly status: 'affected'; readonly place: 'file' | 'history' | 'environment' | 'label' | 'configuration' | 'image'; readonly path?: string | undefined; readonly line?: number | undefined; readonly layer?: { readonly digest: string; readonly instruction?: string | undefined; readonly size?: number | undefined } | undefined; readonly removed?: true | undefined; readonly detail?: string | undefined; readonly fingerprint?: string | undefined; readonly cure?: string | undefined; readonly references: readonly string[] }; readonly because: { readonly by: 'vex' | 'ignore'; readonly source: string; readonly status: string; readonly reason: string; readonly expiresAt?: string | undefined; readonly statement?: string | undefined; readonly author?: string | undefined; readonly statedAt?: string | undefined } })[] | undefined; readonly lapsed?: readonly { readonly id: string; readonly source: string; readonly reason: string; readonly expiredAt: string }[] | undefined; readonly asOf?: string | undefined; readonly incomplete: readonly { readonly code: string; readonly path?: string | undefined; readonly layer?: string | undefined; readonly detail: string }[] };
  };
  /** Findings of an image, worst first. */
  listFindings: {
    params: { readonly repository: string; readonly reference: string };
    query: { readonly fixable?: string | undefined; readonly severity?: string | undefined; readonly search?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly kind: 'vulnerability'; readonly id: string; readonly aliases: readonly string[]; readonly package: { readonly purl: string; readonly name: string; readonly version: string; readonly sourceName?: string | undefined }; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly severitySource: string; readonly status: 'fixed' | 'affected' | 'will-not-fix' | 'deferred' | 'end-of-life' | 'under-investigation'; readonly statusDetail?: string | undefined; readonly fixedVersion?: string | undefined; readonly exploited?: boolean | undefined; readonly publishedAt?: string | undefined; readonly summary?: string | undefined; readonly severities?: readonly { readonly source: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly vector?: string | undefined; readonly score?: number | undefined }[] | undefined; readonly cvss?: readonly string[] | undefined; readonly score?: number | undefined; readonly epss?: { readonly score: number; readonly percentile: number } | undefined; readonly layer: { readonly digest: string; readonly instruction?: string | undefined; readonly size?: number | undefined }; readonly references: readonly string[]; readonly sources?: readonly { readonly feed: string; readonly record: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly status: 'fixed' | 'affected' | 'will-not-fix' | 'deferred' | 'end-of-life' | 'under-investigation'; readonly fixedVersion?: string | undefined; readonly comparison: string }[] | undefined; readonly evidence: { readonly feed: string; readonly record: string; readonly ecosystem: string; readonly judgedName: string; readonly judgedVersion: string; readonly comparison: string; readonly path: string } }[] };
  };
  /** Every file that a layer of the image brings or removes, by path, with its digest. */
  listLayerFiles: {
    params: { readonly repository: string; readonly reference: string; readonly layer: string };
    query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly prefix?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly path: string; readonly type: 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo' | 'other' | 'whiteout' | 'opaque'; readonly size: number; readonly mode: number; readonly uid: number; readonly gid: number; readonly digest?: string | undefined; readonly link?: string | undefined }[]; readonly next?: string | undefined; readonly total: number; readonly cut: boolean };
  };
  /** Secrets, malware, licences, practices and minimality of an image. */
  listObservations: {
    params: { readonly repository: string; readonly reference: string };
    query: { readonly kind?: 'secret' | 'malware' | 'licence' | 'practice' | 'minimality' | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly kind: 'secret' | 'malware' | 'licence' | 'practice' | 'minimality'; readonly id: string; readonly aliases: readonly string[]; readonly title: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly severitySource: 'assay'; readonly status: 'affected'; readonly place: 'file' | 'history' | 'environment' | 'label' | 'configuration' | 'image'; readonly path?: string | undefined; readonly line?: number | undefined; readonly layer?: { readonly digest: string; readonly instruction?: string | undefined; readonly size?: number | undefined } | undefined; readonly removed?: true | undefined; readonly detail?: string | undefined; readonly fingerprint?: string | undefined; readonly cure?: string | undefined; readonly references: readonly string[] }[] };
  };
  /** Packages of an image. */
  listPackages: {
    params: { readonly repository: string; readonly reference: string };
    query: { readonly search?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly purl: string; readonly name: string; readonly version: string; readonly type: string; readonly architecture?: string | undefined; readonly sourceName?: string | undefined; readonly sourceVersion?: string | undefined; readonly licences?: readonly string[] | undefined; readonly module?: string | undefined; readonly ownedBy?: string | undefined; readonly declared?: true | undefined; readonly path: string; readonly layer: { readonly digest: string; readonly instruction?: string | undefined; readonly size?: number | undefined }; readonly findings: number }[] };
  };
  /** Signatures, attestations and other artifacts that refer to the image. */
  listReferrers: {
    params: { readonly repository: string; readonly reference: string };
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly digest: string; readonly mediaType: string; readonly artifactType?: string | undefined; readonly size: number; readonly annotations: Readonly<Record<string, string>> }[] };
  };
  /** Say whether a vulnerability affects an image, and why; published beside it for other scanners. */
  addStatement: {
    params: { readonly repository: string; readonly reference: string };
    query: undefined;
    body: { readonly vulnerability: string; readonly status: 'not_affected' | 'affected' | 'fixed' | 'under_investigation'; readonly justification?: 'component_not_present' | 'vulnerable_code_not_present' | 'vulnerable_code_not_in_execute_path' | 'vulnerable_code_cannot_be_controlled_by_adversary' | 'inline_mitigations_already_exist' | undefined; readonly words?: string | undefined; readonly packages?: readonly string[] | undefined };
    answer: { readonly id: string; readonly digest: string; readonly vulnerability: string; readonly aliases: readonly string[]; readonly status: 'not_affected' | 'affected' | 'fixed' | 'under_investigation'; readonly justification?: string | undefined; readonly words?: string | undefined; readonly packages: readonly string[]; readonly author: string; readonly statedAt: string; readonly recordedBy: string; readonly recordedAt: string; readonly withdrawn?: { readonly by: string; readonly at: string } | undefined };
  };
  /** The statements in force as one OpenVEX 0.2.0 document. */
  getVexDocument: {
    params: { readonly repository: string; readonly reference: string };
    query: undefined;
    body: undefined;
    answer: Readonly<Record<string, unknown>>;
  };
  /** What was said of vulnerabilities of an image (VEX), newest first, withdrawn statements too. */
  listStatements: {
    params: { readonly repository: string; readonly reference: string };
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly id: string; readonly digest: string; readonly vulnerability: string; readonly aliases: readonly string[]; readonly status: 'not_affected' | 'affected' | 'fixed' | 'under_investigation'; readonly justification?: string | undefined; readonly words?: string | undefined; readonly packages: readonly string[]; readonly author: string; readonly statedAt: string; readonly recordedBy: string; readonly recordedAt: string; readonly withdrawn?: { readonly by: string; readonly at: string } | undefined }[] };
  };
  /** Take in what a VEX document (OpenVEX, CSAF, CycloneDX, or an attestation of one) says of an image. */
  takeStatements: {
    params: { readonly repository: string; readonly reference: string };
    query: undefined;
    body: { readonly document: string };
    answer: { readonly items: readonly { readonly id: string; readonly digest: string; readonly vulnerability: string; readonly aliases: readonly string[]; readonly status: 'not_affected' | 'affected' | 'fixed' | 'under_investigation'; readonly justification?: string | undefined; readonly words?: string | undefined; readonly packages: readonly string[]; readonly author: string; readonly statedAt: string; readonly recordedBy: string; readonly recordedAt: string; readonly withdrawn?: { readonly by: string; readonly at: string } | undefined }[]; readonly others: number };
  };
  /** Withdraw a statement: the finding counts again. */
  withdrawStatement: {
    params: { readonly repository: string; readonly reference: string; readonly id: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Create an account. */
  createAccount: {
    params: undefined;
    query: undefined;
    body: { readonly name: string; readonly password: string; readonly administrator?: boolean | undefined };
    answer: { readonly name: string; readonly kind: 'person' | 'robot'; readonly source: string; readonly administrator: boolean; readonly disabled: boolean; readonly secondFactor: boolean; readonly email?: string | undefined; readonly createdAt: string };
  };
  /** Delete an account with its tokens and roles. */
  deleteAccount: {
    params: { readonly name: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** A feed in force as it was compiled, JSON lines: what it is, then an entry for each package. */
  exportFeed: {
    params: { readonly feed: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** The advisory set in force: feeds, counts, age. */
  getAdvisories: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly digest: string; readonly feeds: readonly { readonly feed: string; readonly digest: string; readonly records: number; readonly withdrawn?: number | undefined; readonly refused: number; readonly ecosystems: readonly string[]; readonly importedAt: string; readonly checkedAt?: string | undefined; readonly amendedAt?: string | undefined; readonly newestAt?: string | undefined; readonly licence: string; readonly source?: string | undefined }[]; readonly sources: readonly { readonly url: string; readonly feed: string; readonly checkedAt: string; readonly lastError?: string | undefined }[]; readonly sets: readonly { readonly source: string; readonly manifest: string; readonly createdAt: string; readonly checkedAt: string; readonly feeds: readonly string[] }[] };
  };
  /** The state of the house: version, storage, jobs, what confines the analysis. */
  getStatus: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly version: string; readonly startedAt: string; readonly database: string; readonly jobs: readonly { readonly kind: string; readonly state: string; readonly attempts: number; readonly lastError?: string | undefined }[]; readonly confinement: readonly string[]; readonly acme?: { readonly directory: string; readonly names: readonly string[]; readonly notAfter?: string | undefined; readonly lastError?: string | undefined; readonly nextTryAt?: string | undefined } | undefined; readonly signer: { readonly state: 'works' | 'down'; readonly backend?: string | undefined; readonly keys?: number | undefined; readonly reason?: string | undefined } };
  };
  /** One vulnerability: what its record says, and the images that have it. */
  getVulnerability: {
    params: { readonly id: string };
    query: undefined;
    body: undefined;
    answer: { readonly id: string; readonly aliases: readonly string[]; readonly summary?: string | undefined; readonly references: readonly string[]; readonly images: readonly { readonly repository: string; readonly digest: string; readonly tags: readonly string[]; readonly pushedAt: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly packages: readonly { readonly name: string; readonly version: string; readonly fixedVersion?: string | undefined }[]; readonly setAside?: { readonly status: string; readonly author: string; readonly reason: string } | undefined }[]; readonly trend: readonly { readonly day: string; readonly images: number }[] };
  };
  /** Import a feed: the file is the body; images it concerns are judged anew. */
  importAdvisories: {
    params: undefined;
    query: { readonly feed?: string | undefined; readonly name?: string | undefined };
    body: Blob;
    answer: { readonly feed: { readonly feed: string; readonly digest: string; readonly records: number; readonly withdrawn?: number | undefined; readonly refused: number; readonly ecosystems: readonly string[]; readonly importedAt: string; readonly checkedAt?: string | undefined; readonly amendedAt?: string | undefined; readonly newestAt?: string | undefined; readonly licence: string; readonly source?: string | undefined }; readonly withdrawn: number; readonly refused: readonly { readonly id: string; readonly reason: string }[]; readonly changedEntries: number; readonly judgedPackages: number; readonly changedImages: number };
  };
  /** All accounts. */
  listAccounts: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly name: string; readonly kind: 'person' | 'robot'; readonly source: string; readonly administrator: boolean; readonly disabled: boolean; readonly secondFactor: boolean; readonly email?: string | undefined; readonly createdAt: string }[] };
  };
  /** What happened, newest first. */
  listEvents: {
    params: undefined;
    query: { readonly limit?: number | undefined; readonly cursor?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly id: string; readonly type: string; readonly actor: string; readonly subject: string; readonly data: Readonly<Record<string, unknown>>; readonly at: string }[]; readonly next?: string | undefined };
  };
  /** What new advisories changed for images: findings added, removed and changed, newest first. */
  listJudgementChanges: {
    params: undefined;
    query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly since?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly id: string; readonly at: string; readonly repository: string; readonly digest: string; readonly added: number; readonly removed: number; readonly changed: number; readonly findings: readonly { readonly change: 'added' | 'removed' | 'changed'; readonly id: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly package: string; readonly version: string; readonly fixedVersion?: string | undefined }[] }[]; readonly next?: string | undefined };
  };
  /** What the advisories in force say of package versions, by the same matching as a scan. */
  queryAdvisories: {
    params: undefined;
    query: undefined;
    body: { readonly packages: readonly { readonly ecosystem: string; readonly name: string; readonly version: string }[] };
    answer: { readonly advisories: string; readonly answers: readonly { readonly ecosystem: string; readonly name: string; readonly version: string; readonly covered: boolean; readonly findings: readonly { readonly kind: 'vulnerability'; readonly id: string; readonly aliases: readonly string[]; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly severitySource: string; readonly status: 'fixed' | 'affected' | 'will-not-fix' | 'deferred' | 'end-of-life' | 'under-investigation'; readonly statusDetail?: string | undefined; readonly fixedVersion?: string | undefined; readonly exploited?: boolean | undefined; readonly publishedAt?: string | undefined; readonly summary?: string | undefined; readonly severities?: readonly { readonly source: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly vector?: string | undefined; readonly score?: number | undefined }[] | undefined; readonly cvss?: readonly string[] | undefined; readonly score?: number | undefined; readonly epss?: { readonly score: number; readonly percentile: number } | undefined; readonly references: readonly string[]; readonly sources?: readonly { readonly feed: string; readonly record: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly status: 'fixed' | 'affected' | 'will-not-fix' | 'deferred' | 'end-of-life' | 'under-investigation'; readonly fixedVersion?: string | undefined; readonly comparison: string }[] | undefined; readonly feed: string; readonly record: string; readonly comparison: string }[] }[] };
  };
  /** Repositories, packages and vulnerabilities: “which images have CVE-X?”. */
  search: {
    params: undefined;
    query: { readonly q: string; readonly limit?: number | undefined };
    body: undefined;
    answer: { readonly repositories: readonly { readonly name: string; readonly description: string }[]; readonly vulnerable: readonly { readonly repository: string; readonly digest: string; readonly tags: readonly string[]; readonly pushedAt: string; readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly packages: readonly { readonly name: string; readonly version: string; readonly fixedVersion?: string | undefined }[]; readonly setAside?: { readonly status: string; readonly author: string; readonly reason: string } | undefined }[]; readonly holding: readonly { readonly repository: string; readonly digest: string; readonly name: string; readonly version: string; readonly type: string }[] };
  };
  /** Set an account’s password. */
  setAccountPassword: {
    params: { readonly name: string };
    query: undefined;
    body: { readonly password: string };
    answer: undefined;
  };
  /** Disable or enable an account, make it an administrator or no longer, set its mail address. */
  updateAccount: {
    params: { readonly name: string };
    query: undefined;
    body: { readonly disabled?: boolean | undefined; readonly administrator?: boolean | undefined; readonly email?: string | null | undefined };
    answer: { readonly name: string; readonly kind: 'person' | 'robot'; readonly source: string; readonly administrator: boolean; readonly disabled: boolean; readonly secondFactor: boolean; readonly email?: string | undefined; readonly createdAt: string };
  };
  /** The certificate of the server’s own authority, which clients must trust to speak TLS with it. */
  getAuthority: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly pem: string; readonly fingerprint: string };
  };
  /** Hold the state of this moment for a backup; ends by itself when it is not read for a while. */
  beginBackup: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly id: string; readonly version: string; readonly createdAt: string };
  };
  /** Let go of the state that was held. */
  endBackup: {
    params: { readonly backup: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Files of the backup, in pages; the database is the last one. */
  listBackupFiles: {
    params: { readonly backup: string };
    query: { readonly cursor?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly path: string; readonly size: number; readonly digest?: string | undefined }[]; readonly next?: string | undefined };
  };
  /** Bytes of one file of the backup. */
  readBackupFile: {
    params: { readonly backup: string };
    query: { readonly path: string };
    body: undefined;
    answer: undefined;
  };
  /** Compare rows with files while serving; one JSON line for each step, a summary last. */
  runFsck: {
    params: undefined;
    query: { readonly full?: 'true' | 'false' | undefined; readonly repair?: 'true' | 'false' | undefined };
    body: undefined;
    answer: undefined;
  };
  /** Create an organisation. */
  createOrganisation: {
    params: undefined;
    query: undefined;
    body: { readonly name: string; readonly description?: string | undefined };
    answer: { readonly name: string; readonly description: string; readonly createdAt: string; readonly maxBytes?: number | undefined };
  };
  /** Make the tags that match a pattern immutable (nobody moves or deletes them) or protected (maintainers only). */
  createTagRule: {
    params: { readonly repository: string };
    query: undefined;
    body: { readonly kind: 'immutable' | 'protected'; readonly pattern: string };
    answer: { readonly id: string; readonly kind: 'immutable' | 'protected'; readonly pattern: string; readonly createdAt: string; readonly createdBy: string };
  };
  /** Delete an organisation that has no repositories. */
  deleteOrganisation: {
    params: { readonly organisation: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Delete a role that nobody holds. */
  deleteRole: {
    params: { readonly organisation: string; readonly name: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Lift a rule for tags. */
  deleteTagRule: {
    params: { readonly repository: string; readonly id: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Why one may, or may not, do something to a repository; of others for those who manage it. */
  explainAccess: {
    params: undefined;
    query: { readonly repository: string; readonly action?: 'pull' | 'push' | 'delete' | 'manage' | 'sign' | 'audit' | 'administer' | 'inspect' | undefined; readonly account?: string | undefined };
    body: undefined;
    answer: { readonly allowed: boolean; readonly answer: string; readonly reasons: readonly { readonly gives: readonly ('pull' | 'push' | 'delete' | 'manage' | 'sign' | 'audit' | 'administer' | 'inspect')[]; readonly because: string }[]; readonly cure?: string | undefined };
  };
  /** One organisation: what it stores, what one may do there. */
  getOrganisation: {
    params: { readonly organisation: string };
    query: undefined;
    body: undefined;
    answer: { readonly name: string; readonly description: string; readonly createdAt: string; readonly maxBytes?: number | undefined; readonly usedBytes: number; readonly rights: readonly ('pull' | 'push' | 'delete' | 'manage' | 'sign' | 'audit' | 'administer' | 'inspect')[] };
  };
  /** What one’s clients asked for at the token endpoint and did not get, newest first, since the server started. */
  listDroppedScopes: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly at: string; readonly scope: string; readonly given: readonly string[]; readonly dropped: readonly string[]; readonly why: string }[] };
  };
  /** Who holds which role on the whole organisation; team:NAME is a team. */
  listOrganisationGrants: {
    params: { readonly organisation: string };
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly account: string; readonly role: string; readonly actions: readonly ('pull' | 'push' | 'delete' | 'manage' | 'sign' | 'audit' | 'administer' | 'inspect')[] }[] };
  };
  /** Organisations in which one holds a role or is in a team. */
  listOrganisations: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly name: string; readonly description: string; readonly createdAt: string; readonly maxBytes?: number | undefined }[] };
  };
  /** Roles: the built-in ones and the organisation’s own. */
  listRoles: {
    params: { readonly organisation: string };
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly name: string; readonly description: string; readonly actions: readonly ('pull' | 'push' | 'delete' | 'manage' | 'sign' | 'audit' | 'administer' | 'inspect')[]; readonly builtIn: boolean }[] };
  };
  /** Which tags are immutable or protected. */
  listTagRules: {
    params: { readonly repository: string };
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly id: string; readonly kind: 'immutable' | 'protected'; readonly pattern: string; readonly createdAt: string; readonly createdBy: string }[] };
  };
  /** Make a role of the organisation’s own, or change it for all who hold it. */
  putRole: {
    params: { readonly organisation: string; readonly name: string };
    query: undefined;
    body: { readonly description?: string | undefined; readonly actions: readonly ('pull' | 'push' | 'delete' | 'manage' | 'sign' | 'audit' | 'inspect')[] };
    answer: undefined;
  };
  /** Take a role on the organisation away. */
  removeOrganisationGrant: {
    params: { readonly organisation: string; readonly account: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Give an account, or team:NAME, a role on the whole organisation. */
  setOrganisationGrant: {
    params: { readonly organisation: string; readonly account: string };
    query: undefined;
    body: { readonly role: string };
    answer: undefined;
  };
  /** Change description, or (administrators) how much it may store; null lifts the limit. */
  updateOrganisation: {
    params: { readonly organisation: string };
    query: undefined;
    body: { readonly description?: string | undefined; readonly maxBytes?: number | null | undefined };
    answer: undefined;
  };
  /** Add an account to a team. */
  addTeamMember: {
    params: { readonly organisation: string; readonly team: string; readonly account: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Create a robot account; it signs in as ORGANISATION+NAME with a token. */
  createRobot: {
    params: { readonly organisation: string };
    query: undefined;
    body: { readonly name: string };
    answer: { readonly name: string; readonly createdAt: string; readonly tokens: readonly { readonly id: string; readonly name: string; readonly limits?: readonly { readonly repository?: string | undefined; readonly organisation?: string | undefined; readonly actions: readonly ('pull' | 'push' | 'delete' | 'sign' | 'audit' | 'inspect')[] }[] | undefined; readonly createdAt: string; readonly expiresAt: string; readonly lastUsedAt?: string | undefined }[] };
  };
  /** Make a token for a robot; its text is shown once. */
  createRobotToken: {
    params: { readonly organisation: string; readonly robot: string };
    query: undefined;
    body: { readonly name: string; readonly days?: number | undefined; readonly limits?: readonly { readonly repository?: string | undefined; readonly organisation?: string | undefined; readonly actions: readonly ('pull' | 'push' | 'delete' | 'sign' | 'audit' | 'inspect')[] }[] | undefined };
    answer: { readonly token: { readonly id: string; readonly name: string; readonly limits?: readonly { readonly repository?: string | undefined; readonly organisation?: string | undefined; readonly actions: readonly ('pull' | 'push' | 'delete' | 'sign' | 'audit' | 'inspect')[] }[] | undefined; readonly createdAt: string; readonly expiresAt: string; readonly lastUsedAt?: string | undefined }; readonly secret: string };
  };
  /** Create a team. */
  createTeam: {
    params: { readonly organisation: string };
    query: undefined;
    body: { readonly name: string; readonly description?: string | undefined };
    answer: { readonly name: string; readonly description: string; readonly members: number; readonly createdAt: string };
  };
  /** Delete a robot account with its tokens and roles. */
  deleteRobot: {
    params: { readonly organisation: string; readonly robot: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Delete a team with its roles. */
  deleteTeam: {
    params: { readonly organisation: string; readonly team: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Robot accounts of an organisation with their tokens. */
  listRobots: {
    params: { readonly organisation: string };
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly name: string; readonly createdAt: string; readonly tokens: readonly { readonly id: string; readonly name: string; readonly limits?: readonly { readonly repository?: string | undefined; readonly organisation?: string | undefined; readonly actions: readonly ('pull' | 'push' | 'delete' | 'sign' | 'audit' | 'inspect')[] }[] | undefined; readonly createdAt: string; readonly expiresAt: string; readonly lastUsedAt?: string | undefined }[] }[] };
  };
  /** Members of a team, and who says so: local, or a directory. */
  listTeamMembers: {
    params: { readonly organisation: string; readonly team: string };
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly account: string; readonly sources: readonly string[] }[] };
  };
  /** Teams of an organisation. */
  listTeams: {
    params: { readonly organisation: string };
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly name: string; readonly description: string; readonly members: number; readonly createdAt: string }[] };
  };
  /** Take an account out of a team. */
  removeTeamMember: {
    params: { readonly organisation: string; readonly team: string; readonly account: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Revoke a token of a robot. */
  revokeRobotToken: {
    params: { readonly organisation: string; readonly robot: string; readonly id: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Follow a repository or an organisation: new vulnerabilities of at least a severity are told once, by mail. */
  createSubscription: {
    params: undefined;
    query: undefined;
    body: { readonly repository?: string | undefined; readonly organisation?: string | undefined; readonly minSeverity?: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown' | undefined; readonly team?: string | undefined };
    answer: { readonly id: string; readonly subscriber: string; readonly repository?: string | undefined; readonly organisation?: string | undefined; readonly minSeverity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly createdAt: string };
  };
  /** Have events sent to an address, signed: CloudEvents, or messages for Slack or Teams; the secret is shown once. */
  createWebhook: {
    params: undefined;
    query: undefined;
    body: { readonly repository?: string | undefined; readonly organisation?: string | undefined; readonly name: string; readonly url: string; readonly events?: readonly string[] | undefined; readonly format?: 'cloudevents' | 'slack' | 'teams' | undefined; readonly secret?: string | undefined };
    answer: { readonly webhook: { readonly id: string; readonly name: string; readonly url: string; readonly events: readonly string[]; readonly format: 'cloudevents' | 'slack' | 'teams'; readonly enabled: boolean; readonly createdAt: string; readonly createdBy: string }; readonly secret: string };
  };
  /** Follow no longer. */
  deleteSubscription: {
    params: { readonly id: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Delete a webhook with its deliveries. */
  deleteWebhook: {
    params: { readonly id: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** What was sent to a webhook, newest first, and what became of it; kept for 30 days. */
  listDeliveries: {
    params: { readonly id: string };
    query: { readonly limit?: number | undefined; readonly cursor?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly id: string; readonly eventId: string; readonly type: string; readonly subject: string; readonly sequence: number; readonly state: 'waiting' | 'sending' | 'delivered' | 'failed'; readonly attempts: number; readonly uncertain: number; readonly createdAt: string; readonly nextAt?: string | undefined; readonly endedAt?: string | undefined; readonly status?: number | undefined; readonly error?: string | undefined; readonly body: string }[]; readonly next?: string | undefined };
  };
  /** What one was told, newest first. */
  listNotices: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly email?: string | undefined; readonly mail: boolean; readonly items: readonly { readonly id: string; readonly subject: string; readonly text: string; readonly createdAt: string; readonly sentAt?: string | undefined }[] };
  };
  /** Which repositories and organisations one follows, oneself and by team. */
  listSubscriptions: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly id: string; readonly subscriber: string; readonly repository?: string | undefined; readonly organisation?: string | undefined; readonly minSeverity: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown'; readonly createdAt: string }[] };
  };
  /** Webhooks of a repository, of an organisation, or (neither given) of the whole server. */
  listWebhooks: {
    params: undefined;
    query: { readonly repository?: string | undefined; readonly organisation?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly id: string; readonly name: string; readonly url: string; readonly events: readonly string[]; readonly format: 'cloudevents' | 'slack' | 'teams'; readonly enabled: boolean; readonly createdAt: string; readonly createdBy: string }[] };
  };
  /** Send a message that says nothing, to see whether one arrives. */
  pingWebhook: {
    params: { readonly id: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Send an event again: the same event id, a new sequence number. */
  replayDelivery: {
    params: { readonly id: string; readonly delivery: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Where mail for oneself goes; null for nowhere. */
  setOwnEmail: {
    params: undefined;
    query: undefined;
    body: { readonly email: string | null };
    answer: undefined;
  };
  /** Change a webhook, turn it off or on. */
  updateWebhook: {
    params: { readonly id: string };
    query: undefined;
    body: { readonly name?: string | undefined; readonly url?: string | undefined; readonly events?: readonly string[] | undefined; readonly format?: 'cloudevents' | 'slack' | 'teams' | undefined; readonly enabled?: boolean | undefined };
    answer: { readonly id: string; readonly name: string; readonly url: string; readonly events: readonly string[]; readonly format: 'cloudevents' | 'slack' | 'teams'; readonly enabled: boolean; readonly createdAt: string; readonly createdBy: string };
  };
  /** Who signed an image, and the second, third and fourth of the seven questions about it. */
  getImageTrust: {
    params: { readonly repository: string; readonly reference: string };
    query: undefined;
    body: undefined;
    answer: { readonly digest: string; readonly tag?: string | undefined; readonly within: readonly string[]; readonly collections: readonly { readonly gun: string; readonly state: 'verified' | 'expired' | 'failed' | 'unreachable' | 'missing'; readonly failure?: { readonly code: string; readonly detail: string } | undefined; readonly goodUntil?: string | undefined; readonly root?: { readonly version: number; readonly threshold: number; readonly keys: readonly string[] } | undefined; readonly timestamp?: { readonly version: number; readonly expiresAt: string } | undefined; readonly dialects: readonly ('notary' | 'tuf-1.0')[]; readonly tuf1?: 'complete' | 'behind' | 'missing' | 'not offered' | undefined; readonly signedTags: number; readonly names: readonly { readonly tag: string; readonly digest: string; readonly role: string; readonly signers: readonly { readonly name: string; readonly keys: readonly string[] }[]; readonly since?: string | undefined; readonly registryDigest?: string | undefined }[] }[]; readonly answers: readonly { readonly number: number; readonly question: 'Where did it come from?' | 'Who made it, and do we trust them?' | 'What is the cryptographic proof?' | 'Has anyone changed it since, and is it the image everybody gets?' | 'What is inside, and what is wrong with it?' | 'What could it do to my host?' | 'How do I run it safely?'; readonly state: 'yes' | 'no' | 'undecided'; readonly statement: string; readonly evidence: readonly string[] }[] };
  };
  /** The signed tags of a collection, by name: digest, signers, since when, and what the registry gives out. */
  listSignedTags: {
    params: { readonly repository: string };
    query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly gun: string; readonly search?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly tag: string; readonly digest: string; readonly role: string; readonly signers: readonly { readonly name: string; readonly keys: readonly string[] }[]; readonly since?: string | undefined; readonly registryDigest?: string | undefined }[]; readonly next?: string | undefined; readonly total: number };
  };
  /** Who signs a repository: its collections, verified, with keys, roles, expiry, history of roots and warnings. */
  listTrust: {
    params: { readonly repository: string };
    query: { readonly limit?: number | undefined; readonly cursor?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly gun: string; readonly createdAt: string; readonly state: 'verified' | 'expired' | 'failed' | 'unreachable' | 'missing'; readonly failure?: { readonly code: string; readonly detail: string } | undefined; readonly goodUntil?: string | undefined; readonly roles: readonly { readonly name: string; readonly version?: number | undefined; readonly expiresAt?: string | undefined; readonly renewFrom?: string | undefined; readonly heldBy: 'owner' | 'server'; readonly threshold: number; readonly keys: readonly { readonly id: string; readonly certificateUntil?: string | undefined; readonly listedAs?: string | undefined }[]; readonly paths?: readonly string[] | undefined; readonly broken?: string | undefined }[]; readonly delegations: readonly { readonly name: string; readonly version?: number | undefined; readonly expiresAt?: string | undefined; readonly renewFrom?: string | undefined; readonly heldBy: 'owner' | 'server'; readonly threshold: number; readonly keys: readonly { readonly id: string; readonly certificateUntil?: string | undefined; readonly listedAs?: string | undefined }[]; readonly paths?: readonly string[] | undefined; readonly broken?: string | undefined }[]; readonly signedTags: number; readonly differing: { readonly total: number; readonly items: readonly { readonly tag: string; readonly signed: string; readonly registry: string }[] }; readonly dialects: readonly ('notary' | 'tuf-1.0')[]; readonly tuf1?: 'complete' | 'behind' | 'missing' | 'not offered' | undefined; readonly roots: readonly { readonly version: number; readonly expiresAt: string; readonly publishedAt: string; readonly publishedBy: string; readonly changes: readonly string[] }[]; readonly warnings: readonly string[] }[]; readonly next?: string | undefined; readonly signer: { readonly state: 'up' | 'down'; readonly detail?: string | undefined } };
  };
  /** The whole chain as JSON lines: the key, the seals, the entries as they were hashed; assay audit verify reads it. */
  exportAudit: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Who changed what, newest first: all for administrators, else where one holds the right audit. */
  listAudit: {
    params: undefined;
    query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly actor?: string | undefined; readonly action?: string | undefined; readonly object?: string | undefined; readonly organisation?: string | undefined; readonly since?: string | undefined; readonly until?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly id: string; readonly seq?: number | undefined; readonly at: string; readonly actor: string; readonly address?: string | undefined; readonly requestId?: string | undefined; readonly via?: string | undefined; readonly action: string; readonly object: string; readonly organisation?: string | undefined; readonly before?: string | undefined; readonly after?: string | undefined; readonly occurrences: number }[]; readonly next?: string | undefined };
  };
  /** Follow the chain: is every entry the one that was written, in its place, up to the last?. */
  verifyAudit: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly entries: number; readonly first: number; readonly last: number; readonly hash: string; readonly sealed: number; readonly key: string; readonly problems: readonly { readonly code: string; readonly seq: number; readonly detail: string }[] };
  };
  /** Begin to sign a command line in: a person opens the address and enters the code (RFC 8628). */
  beginDeviceSignIn: {
    params: undefined;
    query: undefined;
    body: { readonly provider: string };
    answer: { readonly handle: string; readonly userCode: string; readonly verificationUri: string; readonly verificationUriComplete?: string | undefined; readonly intervalSeconds: number; readonly expiresInSeconds: number };
  };
  /** Turn the second factor on with the code that the application shows; other sessions end. */
  confirmSecondFactor: {
    params: undefined;
    query: undefined;
    body: { readonly code: string };
    answer: { readonly name?: string | undefined; readonly administrator: boolean; readonly secondFactor: boolean; readonly hasPassword: boolean; readonly initialPassword: boolean; readonly version: string; readonly registryHost: string };
  };
  /** Add a directory; its groups become teams here. */
  createDirectory: {
    params: undefined;
    query: undefined;
    body: { readonly name: string; readonly enabled?: boolean | undefined; readonly settings: { readonly kind: 'ldap'; readonly urls: readonly string[]; readonly startTls?: boolean | undefined; readonly ca?: string | undefined; readonly bindDn?: string | undefined; readonly baseDn: string; readonly userFilter?: string | undefined; readonly nameAttribute?: string | undefined; readonly mailAttribute?: string | undefined; readonly idAttribute?: string | undefined; readonly groupBaseDn?: string | undefined; readonly groupFilter?: string | undefined; readonly groupNameAttribute?: string | undefined; readonly nested?: 'none' | 'recursive' | 'chain' | undefined; readonly timeoutSeconds?: number | undefined; readonly groups?: readonly { readonly group: string; readonly team: string }[] | undefined } | { readonly kind: 'oidc'; readonly issuer: string; readonly clientId: string; readonly scopes?: readonly string[] | undefined; readonly nameClaim?: string | undefined; readonly groupsClaim?: string | undefined; readonly trustDays?: number | undefined; readonly groups?: readonly { readonly group: string; readonly team: string }[] | undefined } | { readonly kind: 'workload'; readonly issuer: string; readonly audience: string; readonly rules: readonly { readonly robot: string; readonly claims: Readonly<Record<string, string>>; readonly limits?: readonly { readonly repository?: string | undefined; readonly organisation?: string | undefined; readonly actions: readonly ('pull' | 'push' | 'delete' | 'sign' | 'audit')[] }[] | undefined }[] }; readonly secret?: string | undefined };
    answer: { readonly id: string; readonly name: string; readonly enabled: boolean; readonly hasSecret: boolean; readonly settings: Readonly<Record<string, unknown>>; readonly createdAt: string };
  };
  /** Remove a directory; its accounts are disabled and their tokens end. */
  deleteDirectory: {
    params: { readonly id: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** LDAP directories, OpenID Connect providers and issuers of workload tokens. */
  listDirectories: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly id: string; readonly name: string; readonly enabled: boolean; readonly hasSecret: boolean; readonly settings: Readonly<Record<string, unknown>>; readonly createdAt: string }[] };
  };
  /** OpenID Connect providers that one may sign in with; the console begins at /oidc/start?provider=NAME. */
  listProviders: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly name: string }[] };
  };
  /** Make a secret for an authenticator application (RFC 6238); nothing changes until it is confirmed. */
  offerSecondFactor: {
    params: undefined;
    query: undefined;
    body: { readonly password: string };
    answer: { readonly secret: string; readonly address: string };
  };
  /** Ask whether the person has agreed; then the answer holds a personal token, once. */
  pollDeviceSignIn: {
    params: undefined;
    query: undefined;
    body: { readonly handle: string; readonly name: string; readonly readOnly?: boolean | undefined; readonly days?: number | undefined };
    answer: { readonly state: 'pending' | 'slow-down' | 'signed-in'; readonly account?: string | undefined; readonly secret?: string | undefined };
  };
  /** Turn the second factor off; needs a code. */
  removeSecondFactor: {
    params: undefined;
    query: { readonly code: string };
    body: undefined;
    answer: undefined;
  };
  /** Turn codes and passkeys of somebody off who lost them. */
  resetSecondFactor: {
    params: { readonly name: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Try settings without keeping them; with a name, show what the directory says of that person. */
  testDirectory: {
    params: undefined;
    query: undefined;
    body: { readonly id?: string | undefined; readonly settings: { readonly kind: 'ldap'; readonly urls: readonly string[]; readonly startTls?: boolean | undefined; readonly ca?: string | undefined; readonly bindDn?: string | undefined; readonly baseDn: string; readonly userFilter?: string | undefined; readonly nameAttribute?: string | undefined; readonly mailAttribute?: string | undefined; readonly idAttribute?: string | undefined; readonly groupBaseDn?: string | undefined; readonly groupFilter?: string | undefined; readonly groupNameAttribute?: string | undefined; readonly nested?: 'none' | 'recursive' | 'chain' | undefined; readonly timeoutSeconds?: number | undefined; readonly groups?: readonly { readonly group: string; readonly team: string }[] | undefined } | { readonly kind: 'oidc'; readonly issuer: string; readonly clientId: string; readonly scopes?: readonly string[] | undefined; readonly nameClaim?: string | undefined; readonly groupsClaim?: string | undefined; readonly trustDays?: number | undefined; readonly groups?: readonly { readonly group: string; readonly team: string }[] | undefined } | { readonly kind: 'workload'; readonly issuer: string; readonly audience: string; readonly rules: readonly { readonly robot: string; readonly claims: Readonly<Record<string, string>>; readonly limits?: readonly { readonly repository?: string | undefined; readonly organisation?: string | undefined; readonly actions: readonly ('pull' | 'push' | 'delete' | 'sign' | 'audit')[] }[] | undefined }[] }; readonly secret?: string | undefined; readonly name?: string | undefined };
    answer: { readonly steps: readonly { readonly step: string; readonly ok: boolean; readonly detail: string }[] };
  };
  /** Change a directory; without a secret the one that is kept stays, null removes it. */
  updateDirectory: {
    params: { readonly id: string };
    query: undefined;
    body: { readonly name: string; readonly enabled: boolean; readonly settings: { readonly kind: 'ldap'; readonly urls: readonly string[]; readonly startTls?: boolean | undefined; readonly ca?: string | undefined; readonly bindDn?: string | undefined; readonly baseDn: string; readonly userFilter?: string | undefined; readonly nameAttribute?: string | undefined; readonly mailAttribute?: string | undefined; readonly idAttribute?: string | undefined; readonly groupBaseDn?: string | undefined; readonly groupFilter?: string | undefined; readonly groupNameAttribute?: string | undefined; readonly nested?: 'none' | 'recursive' | 'chain' | undefined; readonly timeoutSeconds?: number | undefined; readonly groups?: readonly { readonly group: string; readonly team: string }[] | undefined } | { readonly kind: 'oidc'; readonly issuer: string; readonly clientId: string; readonly scopes?: readonly string[] | undefined; readonly nameClaim?: string | undefined; readonly groupsClaim?: string | undefined; readonly trustDays?: number | undefined; readonly groups?: readonly { readonly group: string; readonly team: string }[] | undefined } | { readonly kind: 'workload'; readonly issuer: string; readonly audience: string; readonly rules: readonly { readonly robot: string; readonly claims: Readonly<Record<string, string>>; readonly limits?: readonly { readonly repository?: string | undefined; readonly organisation?: string | undefined; readonly actions: readonly ('pull' | 'push' | 'delete' | 'sign' | 'audit')[] }[] | undefined }[] }; readonly secret?: string | null | undefined };
    answer: { readonly id: string; readonly name: string; readonly enabled: boolean; readonly hasSecret: boolean; readonly settings: Readonly<Record<string, unknown>>; readonly createdAt: string };
  };
  /** Let something through for a reason and until a day; break-glass for a day at most, with a ticket. */
  addException: {
    params: undefined;
    query: undefined;
    body: { readonly kind?: 'exception' | 'break-glass' | undefined; readonly organisation?: string | undefined; readonly reason: string; readonly ticket?: string | undefined; readonly scope: { readonly repository: string; readonly digest?: string | undefined; readonly policy?: string | undefined; readonly rule?: string | undefined; readonly vulnerability?: string | undefined; readonly gates?: readonly ('build' | 'push' | 'pull' | 'deploy' | 'run')[] | undefined }; readonly expiresAt: string };
    answer: { readonly id: string; readonly kind: 'exception' | 'break-glass'; readonly organisation?: string | undefined; readonly owner: string; readonly reason: string; readonly ticket?: string | undefined; readonly scope: { readonly repository: string; readonly digest?: string | undefined; readonly policy?: string | undefined; readonly rule?: string | undefined; readonly vulnerability?: string | undefined; readonly gates?: readonly ('build' | 'push' | 'pull' | 'deploy' | 'run')[] | undefined }; readonly createdAt: string; readonly expiresAt: string; readonly inForce: boolean };
  };
  /** Put every policy of a YAML file in force, all or none. */
  applyPolicies: {
    params: undefined;
    query: undefined;
    body: { readonly text: string };
    answer: { readonly items: readonly { readonly name: string; readonly organisation?: string | undefined; readonly description: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly gates: readonly ('build' | 'push' | 'pull' | 'deploy' | 'run')[]; readonly rules: readonly { readonly id: string; readonly expression: string; readonly unscanned: 'deny' | 'allow' }[]; readonly text: string; readonly version: number; readonly updatedAt: string; readonly updatedBy: string; readonly changed: boolean }[] };
  };
  /** Read a policy file and show its compiled expressions; nothing is put in force. */
  checkPolicies: {
    params: undefined;
    query: undefined;
    body: { readonly text: string };
    answer: { readonly items: readonly { readonly name: string; readonly organisation?: string | undefined; readonly description: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly gates: readonly ('build' | 'push' | 'pull' | 'deploy' | 'run')[]; readonly rules: readonly { readonly id: string; readonly expression: string; readonly unscanned: 'deny' | 'allow' }[] }[] };
  };
  /** The verdict on an image at a gate, with every rule that was asked; under other policies, if some are given. */
  decide: {
    params: undefined;
    query: undefined;
    body: { readonly gate: 'build' | 'push' | 'pull' | 'deploy' | 'run'; readonly repository: string; readonly reference: string; readonly platform?: string | undefined; readonly policies?: string | undefined; readonly signed?: boolean | undefined };
    answer: { readonly schemaVersion: 1; readonly outcome: 'allow' | 'deny'; readonly gate: 'build' | 'push' | 'pull' | 'deploy' | 'run'; readonly repository: string; readonly digest: string; readonly tag?: string | undefined; readonly line: string; readonly results: readonly { readonly policy: string; readonly rule: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly state: 'holds' | 'broken' | 'unknown' | 'error' | 'not-applicable' | 'set-aside'; readonly digest: string; readonly platform?: string | undefined; readonly statement: string; readonly evidence: readonly string[]; readonly cure: string; readonly expression: string; readonly gap?: string | undefined; readonly exception?: { readonly id: string; readonly owner: string; readonly reason: string; readonly expiresAt: string } | undefined }[]; readonly retryAfter?: number | undefined; readonly validUntil?: string | undefined; readonly key: { readonly subject: string; readonly facts: string; readonly rules: string; readonly request: string }; readonly decision?: string | undefined };
  };
  /** Take a policy out of force; its history stays. */
  deletePolicy: {
    params: { readonly name: string };
    query: { readonly organisation?: string | undefined };
    body: undefined;
    answer: undefined;
  };
  /** End an exception before its time. */
  endException: {
    params: { readonly id: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** One refusal with the verdict of its last time. */
  getDenial: {
    params: { readonly id: string };
    query: undefined;
    body: undefined;
    answer: { readonly id: string; readonly repository: string; readonly digest?: string | undefined; readonly tag?: string | undefined; readonly gate: string; readonly actor: string; readonly policy: string; readonly rule: string; readonly mode: string; readonly statement: string; readonly firstAt: string; readonly lastAt: string; readonly count: number; readonly verdict?: { readonly schemaVersion: 1; readonly outcome: 'allow' | 'deny'; readonly gate: 'build' | 'push' | 'pull' | 'deploy' | 'run'; readonly repository: string; readonly digest: string; readonly tag?: string | undefined; readonly line: string; readonly results: readonly { readonly policy: string; readonly rule: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly state: 'holds' | 'broken' | 'unknown' | 'error' | 'not-applicable' | 'set-aside'; readonly digest: string; readonly platform?: string | undefined; readonly statement: string; readonly evidence: readonly string[]; readonly cure: string; readonly expression: string; readonly gap?: string | undefined; readonly exception?: { readonly id: string; readonly owner: string; readonly reason: string; readonly expiresAt: string } | undefined }[]; readonly retryAfter?: number | undefined; readonly validUntil?: string | undefined; readonly key: { readonly subject: string; readonly facts: string; readonly rules: string; readonly request: string } } | undefined };
  };
  /** One policy as it is in force. */
  getPolicy: {
    params: { readonly name: string };
    query: { readonly organisation?: string | undefined };
    body: undefined;
    answer: { readonly name: string; readonly organisation?: string | undefined; readonly description: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly gates: readonly ('build' | 'push' | 'pull' | 'deploy' | 'run')[]; readonly rules: readonly { readonly id: string; readonly expression: string; readonly unscanned: 'deny' | 'allow' }[]; readonly text: string; readonly version: number; readonly updatedAt: string; readonly updatedBy: string };
  };
  /** The verdict on an image at each gate, for whoever asks. */
  getVerdicts: {
    params: { readonly repository: string; readonly reference: string };
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly schemaVersion: 1; readonly outcome: 'allow' | 'deny'; readonly gate: 'build' | 'push' | 'pull' | 'deploy' | 'run'; readonly repository: string; readonly digest: string; readonly tag?: string | undefined; readonly line: string; readonly results: readonly { readonly policy: string; readonly rule: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly state: 'holds' | 'broken' | 'unknown' | 'error' | 'not-applicable' | 'set-aside'; readonly digest: string; readonly platform?: string | undefined; readonly statement: string; readonly evidence: readonly string[]; readonly cure: string; readonly expression: string; readonly gap?: string | undefined; readonly exception?: { readonly id: string; readonly owner: string; readonly reason: string; readonly expiresAt: string } | undefined }[]; readonly retryAfter?: number | undefined; readonly validUntil?: string | undefined; readonly key: { readonly subject: string; readonly facts: string; readonly rules: string; readonly request: string } }[] };
  };
  /** What gates refused, warned of or would have refused, newest first. */
  listDenials: {
    params: undefined;
    query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly repository?: string | undefined; readonly gate?: 'build' | 'push' | 'pull' | 'deploy' | 'run' | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly id: string; readonly repository: string; readonly digest?: string | undefined; readonly tag?: string | undefined; readonly gate: string; readonly actor: string; readonly policy: string; readonly rule: string; readonly mode: string; readonly statement: string; readonly firstAt: string; readonly lastAt: string; readonly count: number }[]; readonly next?: string | undefined };
  };
  /** Exceptions of an organisation or of the house, newest first. */
  listExceptions: {
    params: undefined;
    query: { readonly organisation?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly id: string; readonly kind: 'exception' | 'break-glass'; readonly organisation?: string | undefined; readonly owner: string; readonly reason: string; readonly ticket?: string | undefined; readonly scope: { readonly repository: string; readonly digest?: string | undefined; readonly policy?: string | undefined; readonly rule?: string | undefined; readonly vulnerability?: string | undefined; readonly gates?: readonly ('build' | 'push' | 'pull' | 'deploy' | 'run')[] | undefined }; readonly createdAt: string; readonly expiresAt: string; readonly inForce: boolean }[] };
  };
  /** Policies that rule in an organisation, those of the house included; all of them for administrators. */
  listPolicies: {
    params: undefined;
    query: { readonly organisation?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly name: string; readonly organisation?: string | undefined; readonly description: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly gates: readonly ('build' | 'push' | 'pull' | 'deploy' | 'run')[]; readonly rules: readonly { readonly id: string; readonly expression: string; readonly unscanned: 'deny' | 'allow' }[]; readonly text: string; readonly version: number; readonly updatedAt: string; readonly updatedBy: string }[] };
  };
  /** Every text that a policy has had, newest first. */
  listPolicyVersions: {
    params: { readonly name: string };
    query: { readonly organisation?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly version: number; readonly text: string; readonly updatedAt: string; readonly updatedBy: string }[] };
  };
  /** Which stored images would be judged otherwise if these policies were applied. */
  comparePolicies: {
    params: undefined;
    query: undefined;
    body: { readonly text: string; readonly gate?: 'build' | 'push' | 'pull' | 'deploy' | 'run' | undefined; readonly organisation?: string | undefined; readonly repository?: string | undefined };
    answer: { readonly judged: number; readonly changed: readonly { readonly repository: string; readonly digest: string; readonly tag?: string | undefined; readonly before: 'allow' | 'deny'; readonly after: 'allow' | 'deny'; readonly line: string }[]; readonly cut: boolean };
  };
  /** Which pulls of the last days these policies would have stopped, by what is known of the images today. */
  simulatePolicies: {
    params: undefined;
    query: undefined;
    body: { readonly text: string; readonly gate?: 'build' | 'push' | 'pull' | 'deploy' | 'run' | undefined; readonly organisation?: string | undefined; readonly repository?: string | undefined; readonly days?: number | undefined };
    answer: { readonly pulls: number; readonly stopped: readonly { readonly repository: string; readonly digest: string; readonly tag?: string | undefined; readonly pulls: number; readonly lastDay: string; readonly line: string }[]; readonly gone: number; readonly cut: boolean };
  };
  /** Hold back by digest what is about to be pushed from elsewhere, so that nobody pulls it before its release. */
  beginIntake: {
    params: { readonly repository: string };
    query: undefined;
    body: { readonly digests: readonly string[]; readonly from: string };
    answer: { readonly held: readonly string[] };
  };
  /** Let go what was taken in, when no policy is against it; else the answer tells what is. */
  endIntake: {
    params: { readonly repository: string; readonly tag: string };
    query: undefined;
    body: undefined;
    answer: { readonly digest: string; readonly released: boolean; readonly verdicts: readonly { readonly schemaVersion: 1; readonly outcome: 'allow' | 'deny'; readonly gate: 'build' | 'push' | 'pull' | 'deploy' | 'run'; readonly repository: string; readonly digest: string; readonly tag?: string | undefined; readonly line: string; readonly results: readonly { readonly policy: string; readonly rule: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly state: 'holds' | 'broken' | 'unknown' | 'error' | 'not-applicable' | 'set-aside'; readonly digest: string; readonly platform?: string | undefined; readonly statement: string; readonly evidence: readonly string[]; readonly cure: string; readonly expression: string; readonly gap?: string | undefined; readonly exception?: { readonly id: string; readonly owner: string; readonly reason: string; readonly expiresAt: string } | undefined }[]; readonly retryAfter?: number | undefined; readonly validUntil?: string | undefined; readonly key: { readonly subject: string; readonly facts: string; readonly rules: string; readonly request: string } }[] };
  };
  /** Hold a digest back in every repository of an organisation, whether it is there yet or not. */
  holdDigest: {
    params: { readonly organisation: string; readonly digest: string };
    query: undefined;
    body: { readonly reason: string };
    answer: { readonly digest: string; readonly by: string; readonly reason: string; readonly at: string };
  };
  /** Digests that are held back in every repository of an organisation. */
  listHolds: {
    params: { readonly organisation: string };
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly digest: string; readonly by: string; readonly reason: string; readonly at: string }[] };
  };
  /** Images that a person holds back or let go, newest first. */
  listReleases: {
    params: undefined;
    query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly state?: 'held' | 'released' | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly repository: string; readonly digest: string; readonly state: 'held' | 'released'; readonly by: string; readonly reason: string; readonly at: string }[]; readonly next?: string | undefined };
  };
  /** End the hold on a digest in an organisation. */
  releaseDigest: {
    params: { readonly organisation: string; readonly digest: string };
    query: undefined;
    body: { readonly reason: string };
    answer: undefined;
  };
  /** Hold an image back from every gate, or let it go. */
  setRelease: {
    params: { readonly repository: string; readonly reference: string };
    query: undefined;
    body: { readonly state: 'held' | 'released'; readonly reason: string };
    answer: { readonly repository: string; readonly digest: string; readonly state: 'held' | 'released'; readonly by: string; readonly reason: string; readonly at: string };
  };
  /** Take a profile out of force; the house’s counts again, or the plain one. */
  deleteHealthProfile: {
    params: undefined;
    query: { readonly organisation?: string | undefined };
    body: undefined;
    answer: undefined;
  };
  /** The health card of an image: a grade from A to F, a score, and every line with its evidence and its cure. */
  getHealth: {
    params: { readonly repository: string; readonly reference: string };
    query: { readonly platform?: string | undefined };
    body: undefined;
    answer: { readonly schemaVersion: 1; readonly repository: string; readonly digest: string; readonly tag?: string | undefined; readonly state: 'judged' | 'unknown' | 'not-applicable'; readonly grade?: 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | undefined; readonly atMost: 'A' | 'B' | 'C' | 'D' | 'E' | 'F'; readonly score: number; readonly reason?: string | undefined; readonly lines: readonly { readonly id: string; readonly title: string; readonly state: 'judged' | 'unknown' | 'not-applicable' | 'off'; readonly grade?: 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | undefined; readonly points: number; readonly weight: number; readonly statement: string; readonly evidence: readonly string[]; readonly next?: { readonly grade?: 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | undefined; readonly means?: string | undefined; readonly step: string } | undefined }[]; readonly image: { readonly digest: string; readonly platform?: string | undefined }; readonly images?: readonly { readonly digest: string; readonly platform?: string | undefined; readonly grade?: 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | undefined; readonly score: number }[] | undefined; readonly profile: { readonly organisation?: string | undefined; readonly minimum?: 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | undefined }; readonly goodEnough?: boolean | undefined; readonly judgedAt: string; readonly validUntil?: string | undefined };
  };
  /** The grade as a picture; without signing in where the repository is public. */
  getHealthBadge: {
    params: { readonly repository: string; readonly reference: string };
    query: { readonly platform?: string | undefined };
    body: undefined;
    answer: undefined;
  };
  /** The profile in force in an organisation, or in the house: lines, weights and what each grade means. */
  getHealthProfile: {
    params: undefined;
    query: { readonly organisation?: string | undefined };
    body: undefined;
    answer: { readonly organisation?: string | undefined; readonly minimum?: 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | undefined; readonly text?: string | undefined; readonly updatedAt?: string | undefined; readonly updatedBy?: string | undefined; readonly lines: readonly { readonly id: string; readonly title: string; readonly weight: number; readonly plainWeight: number; readonly essential: boolean; readonly means: Readonly<Record<string, string>> }[] };
  };
  /** How the health of an image went, newest first; an entry where its card changed. */
  listHealthHistory: {
    params: { readonly repository: string; readonly reference: string };
    query: { readonly limit?: number | undefined; readonly cursor?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly at: string; readonly grade?: 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | undefined; readonly score: number; readonly lines: Readonly<Record<string, string>> }[]; readonly next?: string | undefined };
  };
  /** Put a profile of the health card in force (YAML); it names its organisation, or is the house’s. */
  putHealthProfile: {
    params: undefined;
    query: undefined;
    body: { readonly text: string };
    answer: { readonly organisation?: string | undefined; readonly minimum?: 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | undefined; readonly text?: string | undefined; readonly updatedAt?: string | undefined; readonly updatedBy?: string | undefined; readonly lines: readonly { readonly id: string; readonly title: string; readonly weight: number; readonly plainWeight: number; readonly essential: boolean; readonly means: Readonly<Record<string, string>> }[] };
  };
  /** Whether an image may pass a gate, by the name that clusters and engines write, of whatever registry; signed. */
  judgeImage: {
    params: { readonly gate: 'build' | 'push' | 'pull' | 'deploy' | 'run' };
    query: undefined;
    body: { readonly image: string; readonly platform?: string | undefined; readonly powers?: readonly string[] | undefined; readonly dryRun?: boolean | undefined };
    answer: { readonly outcome: 'allow' | 'deny'; readonly line: string; readonly warnings: readonly string[]; readonly image: string; readonly pinned?: string | undefined; readonly digest?: string | undefined; readonly validUntil?: string | undefined; readonly decision: string; readonly verdict?: { readonly schemaVersion: 1; readonly outcome: 'allow' | 'deny'; readonly gate: 'build' | 'push' | 'pull' | 'deploy' | 'run'; readonly repository: string; readonly digest: string; readonly tag?: string | undefined; readonly line: string; readonly results: readonly { readonly policy: string; readonly rule: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly state: 'holds' | 'broken' | 'unknown' | 'error' | 'not-applicable' | 'set-aside'; readonly digest: string; readonly platform?: string | undefined; readonly statement: string; readonly evidence: readonly string[]; readonly cure: string; readonly expression: string; readonly gap?: string | undefined; readonly exception?: { readonly id: string; readonly owner: string; readonly reason: string; readonly expiresAt: string } | undefined }[]; readonly retryAfter?: number | undefined; readonly validUntil?: string | undefined; readonly key: { readonly subject: string; readonly facts: string; readonly rules: string; readonly request: string } } | undefined };
  };
  /** The keys that signed decisions verify with, as a JSON Web Key Set (RFC 7517). */
  listDecisionKeys: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly keys: readonly { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string; readonly kid: string; readonly use: 'sig'; readonly alg: 'EdDSA' }[] };
  };
  /** Put the definition of a channel (YAML) in force; what was asked under the one before is void. */
  applyChannel: {
    params: undefined;
    query: undefined;
    body: { readonly text: string };
    answer: { readonly channel: string; readonly organisation: string; readonly description: string; readonly version: number; readonly stages: readonly { readonly stage: string; readonly repository: string; readonly tag?: string | undefined; readonly promotion?: { readonly start: 'by-hand' | 'automatic'; readonly approvals: readonly { readonly count: number; readonly by: readonly string[] }[]; readonly minimumAge: number; readonly gates: readonly ('build' | 'push' | 'pull' | 'deploy' | 'run')[]; readonly expires: number } | undefined }[]; readonly text: string; readonly updatedAt: string; readonly updatedBy: string; readonly changed: boolean };
  };
  /** Approve a request; it is carried out as soon as nothing stands against it. */
  approvePromotion: {
    params: { readonly id: string };
    query: undefined;
    body: { readonly note?: string | undefined };
    answer: { readonly id: string; readonly organisation: string; readonly channel: string; readonly version: number; readonly stage: string; readonly from: { readonly repository: string; readonly tag: string }; readonly to: { readonly repository: string; readonly tag: string }; readonly digest: string; readonly reason: string; readonly askedBy: string; readonly askedAt: string; readonly expiresAt: string; readonly state: 'open' | 'promoted' | 'rejected' | 'expired' | 'void'; readonly settledAt?: string | undefined; readonly settledBy?: string | undefined; readonly note: string; readonly rolledBackAt?: string | undefined; readonly rolledBackBy?: string | undefined; readonly approvals: readonly { readonly account: string; readonly note: string; readonly at: string }[]; readonly requirements: readonly { readonly kind: 'asker' | 'approvals' | 'age' | 'policy' | 'tag'; readonly met: boolean; readonly detail: string }[]; readonly previous?: string | undefined; readonly evidence?: { readonly terms: { readonly start: 'by-hand' | 'automatic'; readonly approvals: readonly { readonly count: number; readonly by: readonly string[] }[]; readonly minimumAge: number; readonly gates: readonly ('build' | 'push' | 'pull' | 'deploy' | 'run')[]; readonly expires: number }; readonly approvals: readonly { readonly account: string; readonly note: string; readonly at: string }[]; readonly requirements: readonly { readonly kind: 'asker' | 'approvals' | 'age' | 'policy' | 'tag'; readonly met: boolean; readonly detail: string }[]; readonly verdicts: readonly { readonly schemaVersion: 1; readonly outcome: 'allow' | 'deny'; readonly gate: 'build' | 'push' | 'pull' | 'deploy' | 'run'; readonly repository: string; readonly digest: string; readonly tag?: string | undefined; readonly line: string; readonly results: readonly { readonly policy: string; readonly rule: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly state: 'holds' | 'broken' | 'unknown' | 'error' | 'not-applicable' | 'set-aside'; readonly digest: string; readonly platform?: string | undefined; readonly statement: string; readonly evidence: readonly string[]; readonly cure: string; readonly expression: string; readonly gap?: string | undefined; readonly exception?: { readonly id: string; readonly owner: string; readonly reason: string; readonly expiresAt: string } | undefined }[]; readonly retryAfter?: number | undefined; readonly validUntil?: string | undefined; readonly key: { readonly subject: string; readonly facts: string; readonly rules: string; readonly request: string } }[] } | undefined };
  };
  /** One channel with the newest images of each stage that the caller may pull. */
  getChannel: {
    params: { readonly organisation: string; readonly channel: string };
    query: undefined;
    body: undefined;
    answer: { readonly channel: string; readonly organisation: string; readonly description: string; readonly version: number; readonly stages: readonly { readonly stage: string; readonly repository: string; readonly tag?: string | undefined; readonly promotion?: { readonly start: 'by-hand' | 'automatic'; readonly approvals: readonly { readonly count: number; readonly by: readonly string[] }[]; readonly minimumAge: number; readonly gates: readonly ('build' | 'push' | 'pull' | 'deploy' | 'run')[]; readonly expires: number } | undefined }[]; readonly text: string; readonly updatedAt: string; readonly updatedBy: string; readonly images: readonly (readonly { readonly repository: string; readonly tag: string; readonly digest: string; readonly since: string; readonly by: string }[])[] };
  };
  /** A request with its approvals, what it waits for, and the evidence of its promotion. */
  getPromotion: {
    params: { readonly id: string };
    query: undefined;
    body: undefined;
    answer: { readonly id: string; readonly organisation: string; readonly channel: string; readonly version: number; readonly stage: string; readonly from: { readonly repository: string; readonly tag: string }; readonly to: { readonly repository: string; readonly tag: string }; readonly digest: string; readonly reason: string; readonly askedBy: string; readonly askedAt: string; readonly expiresAt: string; readonly state: 'open' | 'promoted' | 'rejected' | 'expired' | 'void'; readonly settledAt?: string | undefined; readonly settledBy?: string | undefined; readonly note: string; readonly rolledBackAt?: string | undefined; readonly rolledBackBy?: string | undefined; readonly approvals: readonly { readonly account: string; readonly note: string; readonly at: string }[]; readonly requirements: readonly { readonly kind: 'asker' | 'approvals' | 'age' | 'policy' | 'tag'; readonly met: boolean; readonly detail: string }[]; readonly previous?: string | undefined; readonly evidence?: { readonly terms: { readonly start: 'by-hand' | 'automatic'; readonly approvals: readonly { readonly count: number; readonly by: readonly string[] }[]; readonly minimumAge: number; readonly gates: readonly ('build' | 'push' | 'pull' | 'deploy' | 'run')[]; readonly expires: number }; readonly approvals: readonly { readonly account: string; readonly note: string; readonly at: string }[]; readonly requirements: readonly { readonly kind: 'asker' | 'approvals' | 'age' | 'policy' | 'tag'; readonly met: boolean; readonly detail: string }[]; readonly verdicts: readonly { readonly schemaVersion: 1; readonly outcome: 'allow' | 'deny'; readonly gate: 'build' | 'push' | 'pull' | 'deploy' | 'run'; readonly repository: string; readonly digest: string; readonly tag?: string | undefined; readonly line: string; readonly results: readonly { readonly policy: string; readonly rule: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly state: 'holds' | 'broken' | 'unknown' | 'error' | 'not-applicable' | 'set-aside'; readonly digest: string; readonly platform?: string | undefined; readonly statement: string; readonly evidence: readonly string[]; readonly cure: string; readonly expression: string; readonly gap?: string | undefined; readonly exception?: { readonly id: string; readonly owner: string; readonly reason: string; readonly expiresAt: string } | undefined }[]; readonly retryAfter?: number | undefined; readonly validUntil?: string | undefined; readonly key: { readonly subject: string; readonly facts: string; readonly rules: string; readonly request: string } }[] } | undefined };
  };
  /** How far an image is from push to release, and what it waits for. */
  getStage: {
    params: { readonly repository: string; readonly reference: string };
    query: undefined;
    body: undefined;
    answer: { readonly digest: string; readonly stage: 'held' | 'pushed' | 'scanned' | 'signed' | 'released'; readonly waitsFor: readonly { readonly policy: string; readonly rule: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly state: 'holds' | 'broken' | 'unknown' | 'error' | 'not-applicable' | 'set-aside'; readonly digest: string; readonly platform?: string | undefined; readonly statement: string; readonly evidence: readonly string[]; readonly cure: string; readonly expression: string; readonly gap?: string | undefined; readonly exception?: { readonly id: string; readonly owner: string; readonly reason: string; readonly expiresAt: string } | undefined }[] };
  };
  /** The channels of an organisation. */
  listChannels: {
    params: { readonly organisation: string };
    query: undefined;
    body: undefined;
    answer: { readonly items: readonly { readonly channel: string; readonly organisation: string; readonly description: string; readonly version: number; readonly stages: readonly { readonly stage: string; readonly repository: string; readonly tag?: string | undefined; readonly promotion?: { readonly start: 'by-hand' | 'automatic'; readonly approvals: readonly { readonly count: number; readonly by: readonly string[] }[]; readonly minimumAge: number; readonly gates: readonly ('build' | 'push' | 'pull' | 'deploy' | 'run')[]; readonly expires: number } | undefined }[]; readonly text: string; readonly updatedAt: string; readonly updatedBy: string }[] };
  };
  /** Requests for promotion of images that the caller may pull, newest first. */
  listPromotions: {
    params: undefined;
    query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly organisation?: string | undefined; readonly channel?: string | undefined; readonly repository?: string | undefined; readonly state?: 'open' | 'promoted' | 'rejected' | 'expired' | 'void' | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly id: string; readonly organisation: string; readonly channel: string; readonly version: number; readonly stage: string; readonly from: { readonly repository: string; readonly tag: string }; readonly to: { readonly repository: string; readonly tag: string }; readonly digest: string; readonly reason: string; readonly askedBy: string; readonly askedAt: string; readonly expiresAt: string; readonly state: 'open' | 'promoted' | 'rejected' | 'expired' | 'void'; readonly settledAt?: string | undefined; readonly settledBy?: string | undefined; readonly note: string; readonly rolledBackAt?: string | undefined; readonly rolledBackBy?: string | undefined }[]; readonly next?: string | undefined };
  };
  /** How far tagged images are from push to release, the last changed first; seconds behind what rules. */
  listStages: {
    params: undefined;
    query: { readonly limit?: number | undefined; readonly cursor?: string | undefined; readonly stage?: 'held' | 'pushed' | 'scanned' | 'signed' | 'released' | undefined; readonly organisation?: string | undefined; readonly repository?: string | undefined };
    body: undefined;
    answer: { readonly items: readonly { readonly repository: string; readonly tag: string; readonly digest: string; readonly stage: 'held' | 'pushed' | 'scanned' | 'signed' | 'released'; readonly since: string; readonly waitsFor: string }[]; readonly next?: string | undefined };
  };
  /** Bring an image to another repository or tag, by the policies of where it goes. */
  promoteImage: {
    params: { readonly repository: string; readonly reference: string };
    query: undefined;
    body: { readonly repository: string; readonly tag: string; readonly reason: string };
    answer: { readonly from: string; readonly to: string; readonly digest: string; readonly previous?: string | undefined; readonly request?: string | undefined; readonly verdicts: readonly { readonly schemaVersion: 1; readonly outcome: 'allow' | 'deny'; readonly gate: 'build' | 'push' | 'pull' | 'deploy' | 'run'; readonly repository: string; readonly digest: string; readonly tag?: string | undefined; readonly line: string; readonly results: readonly { readonly policy: string; readonly rule: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly state: 'holds' | 'broken' | 'unknown' | 'error' | 'not-applicable' | 'set-aside'; readonly digest: string; readonly platform?: string | undefined; readonly statement: string; readonly evidence: readonly string[]; readonly cure: string; readonly expression: string; readonly gap?: string | undefined; readonly exception?: { readonly id: string; readonly owner: string; readonly reason: string; readonly expiresAt: string } | undefined }[]; readonly retryAfter?: number | undefined; readonly validUntil?: string | undefined; readonly key: { readonly subject: string; readonly facts: string; readonly rules: string; readonly request: string } }[] };
  };
  /** End a request without a promotion; who asked may too. */
  rejectPromotion: {
    params: { readonly id: string };
    query: undefined;
    body: { readonly reason: string };
    answer: { readonly id: string; readonly organisation: string; readonly channel: string; readonly version: number; readonly stage: string; readonly from: { readonly repository: string; readonly tag: string }; readonly to: { readonly repository: string; readonly tag: string }; readonly digest: string; readonly reason: string; readonly askedBy: string; readonly askedAt: string; readonly expiresAt: string; readonly state: 'open' | 'promoted' | 'rejected' | 'expired' | 'void'; readonly settledAt?: string | undefined; readonly settledBy?: string | undefined; readonly note: string; readonly rolledBackAt?: string | undefined; readonly rolledBackBy?: string | undefined; readonly approvals: readonly { readonly account: string; readonly note: string; readonly at: string }[]; readonly requirements: readonly { readonly kind: 'asker' | 'approvals' | 'age' | 'policy' | 'tag'; readonly met: boolean; readonly detail: string }[]; readonly previous?: string | undefined; readonly evidence?: { readonly terms: { readonly start: 'by-hand' | 'automatic'; readonly approvals: readonly { readonly count: number; readonly by: readonly string[] }[]; readonly minimumAge: number; readonly gates: readonly ('build' | 'push' | 'pull' | 'deploy' | 'run')[]; readonly expires: number }; readonly approvals: readonly { readonly account: string; readonly note: string; readonly at: string }[]; readonly requirements: readonly { readonly kind: 'asker' | 'approvals' | 'age' | 'policy' | 'tag'; readonly met: boolean; readonly detail: string }[]; readonly verdicts: readonly { readonly schemaVersion: 1; readonly outcome: 'allow' | 'deny'; readonly gate: 'build' | 'push' | 'pull' | 'deploy' | 'run'; readonly repository: string; readonly digest: string; readonly tag?: string | undefined; readonly line: string; readonly results: readonly { readonly policy: string; readonly rule: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly state: 'holds' | 'broken' | 'unknown' | 'error' | 'not-applicable' | 'set-aside'; readonly digest: string; readonly platform?: string | undefined; readonly statement: string; readonly evidence: readonly string[]; readonly cure: string; readonly expression: string; readonly gap?: string | undefined; readonly exception?: { readonly id: string; readonly owner: string; readonly reason: string; readonly expiresAt: string } | undefined }[]; readonly retryAfter?: number | undefined; readonly validUntil?: string | undefined; readonly key: { readonly subject: string; readonly facts: string; readonly rules: string; readonly request: string } }[] } | undefined };
  };
  /** Take a channel out of force; its stages are repositories like others again. */
  removeChannel: {
    params: { readonly organisation: string; readonly channel: string };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Ask that an image go on to the next stage; carried out at once when nothing stands against it. */
  requestPromotion: {
    params: undefined;
    query: undefined;
    body: { readonly repository: string; readonly tag: string; readonly digest?: string | undefined; readonly to?: { readonly repository: string; readonly tag: string } | undefined; readonly reason: string };
    answer: { readonly id: string; readonly organisation: string; readonly channel: string; readonly version: number; readonly stage: string; readonly from: { readonly repository: string; readonly tag: string }; readonly to: { readonly repository: string; readonly tag: string }; readonly digest: string; readonly reason: string; readonly askedBy: string; readonly askedAt: string; readonly expiresAt: string; readonly state: 'open' | 'promoted' | 'rejected' | 'expired' | 'void'; readonly settledAt?: string | undefined; readonly settledBy?: string | undefined; readonly note: string; readonly rolledBackAt?: string | undefined; readonly rolledBackBy?: string | undefined; readonly approvals: readonly { readonly account: string; readonly note: string; readonly at: string }[]; readonly requirements: readonly { readonly kind: 'asker' | 'approvals' | 'age' | 'policy' | 'tag'; readonly met: boolean; readonly detail: string }[]; readonly previous?: string | undefined; readonly evidence?: { readonly terms: { readonly start: 'by-hand' | 'automatic'; readonly approvals: readonly { readonly count: number; readonly by: readonly string[] }[]; readonly minimumAge: number; readonly gates: readonly ('build' | 'push' | 'pull' | 'deploy' | 'run')[]; readonly expires: number }; readonly approvals: readonly { readonly account: string; readonly note: string; readonly at: string }[]; readonly requirements: readonly { readonly kind: 'asker' | 'approvals' | 'age' | 'policy' | 'tag'; readonly met: boolean; readonly detail: string }[]; readonly verdicts: readonly { readonly schemaVersion: 1; readonly outcome: 'allow' | 'deny'; readonly gate: 'build' | 'push' | 'pull' | 'deploy' | 'run'; readonly repository: string; readonly digest: string; readonly tag?: string | undefined; readonly line: string; readonly results: readonly { readonly policy: string; readonly rule: string; readonly mode: 'audit' | 'warn' | 'enforce'; readonly state: 'holds' | 'broken' | 'unknown' | 'error' | 'not-applicable' | 'set-aside'; readonly digest: string; readonly platform?: string | undefined; readonly statement: string; readonly evidence: readonly string[]; readonly cure: string; readonly expression: string; readonly gap?: string | undefined; readonly exception?: { readonly id: string; readonly owner: string; readonly reason: string; readonly expiresAt: string } | undefined }[]; readonly retryAfter?: number | undefined; readonly validUntil?: string | undefined; readonly key: { readonly subject: string; readonly facts: string; readonly rules: string; readonly request: string } }[] } | undefined };
  };
  /** Have a tag name again what it named before its last move, or its last promotion. */
  rollBackTag: {
    params: { readonly repository: string; readonly tag: string };
    query: undefined;
    body: { readonly reason: string };
    answer: { readonly digest: string; readonly previous: string };
  };
}

/** Where each endpoint is. */
export const routes = {
  changePassword: { method: 'PUT', path: '/api/v1/me/password' },
  createToken: { method: 'POST', path: '/api/v1/me/tokens' },
  getMe: { method: 'GET', path: '/api/v1/me' },
  listTokens: { method: 'GET', path: '/api/v1/me/tokens' },
  revokeToken: { method: 'DELETE', path: '/api/v1/me/tokens/{id}' },
  signIn: { method: 'POST', path: '/api/v1/session' },
  signOut: { method: 'DELETE', path: '/api/v1/session' },
  addPasskey: { method: 'POST', path: '/api/v1/me/passkeys' },
  beginPasskey: { method: 'POST', path: '/api/v1/me/passkeys/challenge' },
  beginPasskeySignIn: { method: 'POST', path: '/api/v1/session/passkey/challenge' },
  listPasskeys: { method: 'GET', path: '/api/v1/me/passkeys' },
  removePasskey: { method: 'DELETE', path: '/api/v1/me/passkeys/{id}' },
  renamePasskey: { method: 'PATCH', path: '/api/v1/me/passkeys/{id}' },
  signInByPasskey: { method: 'POST', path: '/api/v1/session/passkey' },
  createRepository: { method: 'POST', path: '/api/v1/repositories' },
  deleteRepository: { method: 'DELETE', path: '/api/v1/repositories/{repository}' },
  deleteTag: { method: 'DELETE', path: '/api/v1/repositories/{repository}/tags/{tag}' },
  getRepository: { method: 'GET', path: '/api/v1/repositories/{repository}' },
  listGrants: { method: 'GET', path: '/api/v1/repositories/{repository}/grants' },
  listRepositories: { method: 'GET', path: '/api/v1/repositories' },
  listTags: { method: 'GET', path: '/api/v1/repositories/{repository}/tags' },
  removeGrant: { method: 'DELETE', path: '/api/v1/repositories/{repository}/grants/{account}' },
  renameRepository: { method: 'POST', path: '/api/v1/repositories/{repository}/rename' },
  setGrant: { method: 'PUT', path: '/api/v1/repositories/{repository}/grants/{account}' },
  tagHistory: { method: 'GET', path: '/api/v1/repositories/{repository}/tags/{tag}/history' },
  updateRepository: { method: 'PATCH', path: '/api/v1/repositories/{repository}' },
  compareImages: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/comparison' },
  deleteImage: { method: 'DELETE', path: '/api/v1/repositories/{repository}/images/{reference}' },
  getDependencies: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/dependencies' },
  getImage: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}' },
  getManifest: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/manifest' },
  getReport: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/report' },
  listFindings: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/findings' },
  listLayerFiles: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/layers/{layer}/files' },
  listObservations: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/observations' },
  listPackages: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/packages' },
  listReferrers: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/referrers' },
  addStatement: { method: 'POST', path: '/api/v1/repositories/{repository}/images/{reference}/vex' },
  getVexDocument: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/vex/document' },
  listStatements: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/vex' },
  takeStatements: { method: 'POST', path: '/api/v1/repositories/{repository}/images/{reference}/vex/document' },
  withdrawStatement: { method: 'DELETE', path: '/api/v1/repositories/{repository}/images/{reference}/vex/{id}' },
  createAccount: { method: 'POST', path: '/api/v1/accounts' },
  deleteAccount: { method: 'DELETE', path: '/api/v1/accounts/{name}' },
  exportFeed: { method: 'GET', path: '/api/v1/advisories/feeds/{feed}' },
  getAdvisories: { method: 'GET', path: '/api/v1/advisories' },
  getStatus: { method: 'GET', path: '/api/v1/status' },
  getVulnerability: { method: 'GET', path: '/api/v1/vulnerabilities/{id}' },
  importAdvisories: { method: 'POST', path: '/api/v1/advisories' },
  listAccounts: { method: 'GET', path: '/api/v1/accounts' },
  listEvents: { method: 'GET', path: '/api/v1/events' },
  listJudgementChanges: { method: 'GET', path: '/api/v1/advisories/changes' },
  queryAdvisories: { method: 'POST', path: '/api/v1/advisories/query' },
  search: { method: 'GET', path: '/api/v1/search' },
  setAccountPassword: { method: 'PUT', path: '/api/v1/accounts/{name}/password' },
  updateAccount: { method: 'PATCH', path: '/api/v1/accounts/{name}' },
  getAuthority: { method: 'GET', path: '/api/v1/ca' },
  beginBackup: { method: 'POST', path: '/api/v1/backups' },
  endBackup: { method: 'DELETE', path: '/api/v1/backups/{backup}' },
  listBackupFiles: { method: 'GET', path: '/api/v1/backups/{backup}/files' },
  readBackupFile: { method: 'GET', path: '/api/v1/backups/{backup}/file' },
  runFsck: { method: 'POST', path: '/api/v1/fsck' },
  createOrganisation: { method: 'POST', path: '/api/v1/organisations' },
  createTagRule: { method: 'POST', path: '/api/v1/repositories/{repository}/tag-rules' },
  deleteOrganisation: { method: 'DELETE', path: '/api/v1/organisations/{organisation}' },
  deleteRole: { method: 'DELETE', path: '/api/v1/organisations/{organisation}/roles/{name}' },
  deleteTagRule: { method: 'DELETE', path: '/api/v1/repositories/{repository}/tag-rules/{id}' },
  explainAccess: { method: 'GET', path: '/api/v1/access/why' },
  getOrganisation: { method: 'GET', path: '/api/v1/organisations/{organisation}' },
  listDroppedScopes: { method: 'GET', path: '/api/v1/access/dropped' },
  listOrganisationGrants: { method: 'GET', path: '/api/v1/organisations/{organisation}/grants' },
  listOrganisations: { method: 'GET', path: '/api/v1/organisations' },
  listRoles: { method: 'GET', path: '/api/v1/organisations/{organisation}/roles' },
  listTagRules: { method: 'GET', path: '/api/v1/repositories/{repository}/tag-rules' },
  putRole: { method: 'PUT', path: '/api/v1/organisations/{organisation}/roles/{name}' },
  removeOrganisationGrant: { method: 'DELETE', path: '/api/v1/organisations/{organisation}/grants/{account}' },
  setOrganisationGrant: { method: 'PUT', path: '/api/v1/organisations/{organisation}/grants/{account}' },
  updateOrganisation: { method: 'PATCH', path: '/api/v1/organisations/{organisation}' },
  addTeamMember: { method: 'PUT', path: '/api/v1/organisations/{organisation}/teams/{team}/members/{account}' },
  createRobot: { method: 'POST', path: '/api/v1/organisations/{organisation}/robots' },
  createRobotToken: { method: 'POST', path: '/api/v1/organisations/{organisation}/robots/{robot}/tokens' },
  createTeam: { method: 'POST', path: '/api/v1/organisations/{organisation}/teams' },
  deleteRobot: { method: 'DELETE', path: '/api/v1/organisations/{organisation}/robots/{robot}' },
  deleteTeam: { method: 'DELETE', path: '/api/v1/organisations/{organisation}/teams/{team}' },
  listRobots: { method: 'GET', path: '/api/v1/organisations/{organisation}/robots' },
  listTeamMembers: { method: 'GET', path: '/api/v1/organisations/{organisation}/teams/{team}/members' },
  listTeams: { method: 'GET', path: '/api/v1/organisations/{organisation}/teams' },
  removeTeamMember: { method: 'DELETE', path: '/api/v1/organisations/{organisation}/teams/{team}/members/{account}' },
  revokeRobotToken: { method: 'DELETE', path: '/api/v1/organisations/{organisation}/robots/{robot}/tokens/{id}' },
  createSubscription: { method: 'POST', path: '/api/v1/subscriptions' },
  createWebhook: { method: 'POST', path: '/api/v1/webhooks' },
  deleteSubscription: { method: 'DELETE', path: '/api/v1/subscriptions/{id}' },
  deleteWebhook: { method: 'DELETE', path: '/api/v1/webhooks/{id}' },
  listDeliveries: { method: 'GET', path: '/api/v1/webhooks/{id}/deliveries' },
  listNotices: { method: 'GET', path: '/api/v1/me/notices' },
  listSubscriptions: { method: 'GET', path: '/api/v1/subscriptions' },
  listWebhooks: { method: 'GET', path: '/api/v1/webhooks' },
  pingWebhook: { method: 'POST', path: '/api/v1/webhooks/{id}/ping' },
  replayDelivery: { method: 'POST', path: '/api/v1/webhooks/{id}/deliveries/{delivery}/replay' },
  setOwnEmail: { method: 'PUT', path: '/api/v1/me/email' },
  updateWebhook: { method: 'PATCH', path: '/api/v1/webhooks/{id}' },
  getImageTrust: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/trust' },
  listSignedTags: { method: 'GET', path: '/api/v1/repositories/{repository}/trust/tags' },
  listTrust: { method: 'GET', path: '/api/v1/repositories/{repository}/trust' },
  exportAudit: { method: 'GET', path: '/api/v1/audit/export' },
  listAudit: { method: 'GET', path: '/api/v1/audit' },
  verifyAudit: { method: 'GET', path: '/api/v1/audit/verification' },
  beginDeviceSignIn: { method: 'POST', path: '/api/v1/sign-in/device' },
  confirmSecondFactor: { method: 'PUT', path: '/api/v1/me/second-factor' },
  createDirectory: { method: 'POST', path: '/api/v1/directories' },
  deleteDirectory: { method: 'DELETE', path: '/api/v1/directories/{id}' },
  listDirectories: { method: 'GET', path: '/api/v1/directories' },
  listProviders: { method: 'GET', path: '/api/v1/sign-in/providers' },
  offerSecondFactor: { method: 'POST', path: '/api/v1/me/second-factor' },
  pollDeviceSignIn: { method: 'POST', path: '/api/v1/sign-in/device/poll' },
  removeSecondFactor: { method: 'DELETE', path: '/api/v1/me/second-factor' },
  resetSecondFactor: { method: 'DELETE', path: '/api/v1/accounts/{name}/second-factor' },
  testDirectory: { method: 'POST', path: '/api/v1/directory-test' },
  updateDirectory: { method: 'PUT', path: '/api/v1/directories/{id}' },
  addException: { method: 'POST', path: '/api/v1/exceptions' },
  applyPolicies: { method: 'PUT', path: '/api/v1/policies' },
  checkPolicies: { method: 'POST', path: '/api/v1/policies/check' },
  decide: { method: 'POST', path: '/api/v1/decisions' },
  deletePolicy: { method: 'DELETE', path: '/api/v1/policies/{name}' },
  endException: { method: 'DELETE', path: '/api/v1/exceptions/{id}' },
  getDenial: { method: 'GET', path: '/api/v1/denials/{id}' },
  getPolicy: { method: 'GET', path: '/api/v1/policies/{name}' },
  getVerdicts: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/verdicts' },
  listDenials: { method: 'GET', path: '/api/v1/denials' },
  listExceptions: { method: 'GET', path: '/api/v1/exceptions' },
  listPolicies: { method: 'GET', path: '/api/v1/policies' },
  listPolicyVersions: { method: 'GET', path: '/api/v1/policies/{name}/versions' },
  comparePolicies: { method: 'POST', path: '/api/v1/policies/compare' },
  simulatePolicies: { method: 'POST', path: '/api/v1/policies/simulate' },
  beginIntake: { method: 'POST', path: '/api/v1/repositories/{repository}/intakes' },
  endIntake: { method: 'POST', path: '/api/v1/repositories/{repository}/intakes/{tag}/release' },
  holdDigest: { method: 'PUT', path: '/api/v1/organisations/{organisation}/holds/{digest}' },
  listHolds: { method: 'GET', path: '/api/v1/organisations/{organisation}/holds' },
  listReleases: { method: 'GET', path: '/api/v1/quarantine' },
  releaseDigest: { method: 'POST', path: '/api/v1/organisations/{organisation}/holds/{digest}/release' },
  setRelease: { method: 'PUT', path: '/api/v1/repositories/{repository}/images/{reference}/release' },
  deleteHealthProfile: { method: 'DELETE', path: '/api/v1/health-profile' },
  getHealth: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/health' },
  getHealthBadge: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/badge.svg' },
  getHealthProfile: { method: 'GET', path: '/api/v1/health-profile' },
  listHealthHistory: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/health/history' },
  putHealthProfile: { method: 'PUT', path: '/api/v1/health-profile' },
  judgeImage: { method: 'POST', path: '/api/v1/gates/{gate}' },
  listDecisionKeys: { method: 'GET', path: '/api/v1/decisions/keys' },
  applyChannel: { method: 'PUT', path: '/api/v1/channels' },
  approvePromotion: { method: 'POST', path: '/api/v1/promotions/{id}/approval' },
  getChannel: { method: 'GET', path: '/api/v1/organisations/{organisation}/channels/{channel}' },
  getPromotion: { method: 'GET', path: '/api/v1/promotions/{id}' },
  getStage: { method: 'GET', path: '/api/v1/repositories/{repository}/images/{reference}/stage' },
  listChannels: { method: 'GET', path: '/api/v1/organisations/{organisation}/channels' },
  listPromotions: { method: 'GET', path: '/api/v1/promotions' },
  listStages: { method: 'GET', path: '/api/v1/stages' },
  promoteImage: { method: 'POST', path: '/api/v1/repositories/{repository}/images/{reference}/promotions' },
  rejectPromotion: { method: 'POST', path: '/api/v1/promotions/{id}/rejection' },
  removeChannel: { method: 'DELETE', path: '/api/v1/organisations/{organisation}/channels/{channel}' },
  requestPromotion: { method: 'POST', path: '/api/v1/promotions' },
  rollBackTag: { method: 'POST', path: '/api/v1/repositories/{repository}/tags/{tag}/roll-back' },
} as const satisfies Readonly<Record<keyof Api, { method: string; path: string }>>;
