import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import { processAnalyser, analysisProgram } from '../adapters/analysis/process-analyser.ts';
import { openAdvisorySets } from '../adapters/advisories/sqlite-sets.ts';
import { clamdScanner } from '../adapters/clamav/clamd.ts';
import { argon2Passwords } from '../adapters/crypto/argon2-passwords.ts';
import { openFileBlobStore } from '../adapters/fs/blob-store.ts';
import { httpClient } from '../cli/client/http.ts';
import { loadConsole } from '../http/console.ts';
import { hostCheck } from '../http/hosts.ts';
import { VexStatements } from '../work/content/vex-statements.ts';
import { ScanRequests } from '../work/content/scan-requests.ts';
import { foreignImages } from './scanner.ts';
import type { House } from '../http/house.ts';
import { createListener } from '../http/listener.ts';
import { originFinder } from '../http/origin.ts';
import { frontServer } from '../http/server.ts';
import { systemClock } from '../lib/clock.ts';
import { ownHosts } from '../oci/gun.ts';
import { Accounts } from '../work/access/accounts.ts';
import { Grants } from '../work/access/grants.ts';
import { Organisations } from '../work/access/organisations.ts';
import { RegistryTokens } from '../work/access/registry-tokens.ts';
import { Robots } from '../work/access/robots.ts';
import { advisorySource } from './advisory-source.ts';
import { analysisJobs, catchUp } from './analysis-jobs.ts';
import { RENEW_ANALYSES } from '../work/content/jobs.ts';
import { FeedUpdates } from '../work/content/update-feeds.ts';
import { JobRunner } from '../work/jobs/runner.ts';
import { Backups } from '../work/registry/backups.ts';
import { Blobs } from '../work/registry/blobs.ts';
import { COLLECT_GARBAGE, Garbage } from '../work/registry/garbage.ts';
import { Manifests } from '../work/registry/manifests.ts';
import { Pulls } from '../work/registry/pulls.ts';
import { uploadLimits } from '../work/registry/upload-limits.ts';
import { Uploads } from '../work/registry/uploads.ts';
import { RENEW_TRUST } from '../work/trust/collections.ts';
import type { Config } from './settings.ts';
import { openBackupSource, removeOldScratch } from './backup-source.ts';
import { openAcme } from './acme.ts';
import { openAudit } from './audit.ts';
import { openClientCertificates } from './client-certificates.ts';
import { openSignIn } from './directories.ts';
import { openGates } from './gates.ts';
import { openPolicy } from './policy.ts';
import { openNotify } from './notify.ts';
import { openDatabase } from './open-database.ts';
import { every } from './periodic.ts';
import { queueOnce, queueSweep } from './start-jobs.ts';
import { listen } from './listen.ts';
import { openDataDirectory } from './data-directory.ts';
import { administratorOf, ensureAdministrator } from './first-start.ts';
import { isLoopback, tlsMaterial } from './tls.ts';
import { reloadTls } from './tls-reload.ts';
import { requestLog } from './log.ts';
import { makeMetrics } from './metrics.ts';
import { packageRoot, packageVersion } from './root.ts';
import { openContentTrust } from './content-trust.ts';

export interface RunningServer {
  readonly url: string;
  readonly dataDirectory: string;
  /** Told once, at the start that made it. */
  readonly initialPassword: { readonly password: string } | { readonly file: string } | undefined;
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 10_000;
const TRUST_RENEWAL_MS = 3600_000;
/** Images that the malware engine could not be shown get their turn again. */
const RESCAN_MS = 3600_000;

/** Puts the house together and opens the door: configuration → adapters → work → http and jobs. */
export async function serve(
  config: Config,
  options: { terminal: boolean; logTo?: NodeJS.WritableStream },
): Promise<RunningServer> {
  const clock = systemClock;
  const startedAt = clock.now();
  const root = packageRoot();
  const version = packageVersion(root);
  const log = pino(
    { level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    options.logTo ?? pino.destination({ dest: 2, sync: false }),
  );
  const stack = new AsyncDisposableStack();
  try {
    const data = stack.use(openDataDirectory(config.dataDirectory));
    await removeOldScratch(data.path);
    const blobStore = stack.adopt(await openFileBlobStore(data.path), (each) => each.close());
    const database = stack.adopt(await openDatabase(config, data.path, startedAt), (each) => each.close());
    const advisories = stack.adopt(openAdvisorySets(join(data.path, 'advisories')), (each) => each.close());
    const passwords = argon2Passwords();
    const initialPassword = await ensureAdministrator({
      database,
      passwords,
      clock,
      directory: data.path,
      wanted: config.adminPassword,
      terminal: options.terminal,
    });
    const { host, port } = splitListen(config.listen);
    const service = config.publicNames[0] ?? `${host}:${port}`;
    const analyser = processAnalyser(analysisProgram(root));
    const malware = config.clamd === '' ? undefined : clamdScanner(config.clamd);
    const uploads = stack.adopt(
      new Uploads(database, blobStore, clock, {
        ...uploadLimits,
        maxBlobBytes: config.maxBlobBytes,
        alone: config.database === undefined,
      }),
      (each) => each.keepSessions(),
    );
    const pulls = stack.adopt(new Pulls(database, clock), (each) => each.flush());
    const garbage = new Garbage({ database, blobs: blobStore, uploads, clock });
    const backups = stack.adopt(
      new Backups(
        () =>
          openBackupSource({
            directory: data.path,
            database,
            blobs: blobStore,
            hold: () => garbage.hold(),
            version,
            now: clock.now(),
          }),
        clock,
      ),
      (each) => each.close(),
    );
    const feedUpdates = new FeedUpdates({
      database,
      advisories,
      clock,
      http: httpClient(() => Promise.resolve([])),
      feeds: config.advisoryFeeds,
      mirror: config.advisoryMirror,
      published:
        config.advisorySource === ''
          ? undefined
          : advisorySource(config.advisorySource, {
              directory: data.path,
              advisories,
              now: clock.now,
              environment: process.env,
            }),
      everyHours: config.advisoryUpdates,
      told: ({ feed, url, lastError }) =>
        lastError === undefined
          ? log.info({ feed, url }, 'advisory feed is up to date')
          : log.warn({ feed, url, reason: lastError }, 'advisory feed could not be updated'),
    });
    const isOwnHost = ownHosts([...config.publicNames, host]);
    const content = openContentTrust({
      stack,
      root,
      directory: data.path,
      version,
      database,
      clock,
      isOwnHost,
      log,
      config,
      environment: process.env,
    });
    const policy = openPolicy(
      { database, blobs: blobStore, reports: content.trust.reports, advisories, clock, log },
      stack,
    );
    const runner = new JobRunner(
      database,
      clock,
      [
        ...analysisJobs({
          database,
          blobs: blobStore,
          clock,
          analyser,
          malware,
          advisories,
          stored: (names) => feedUpdates.wanted(names),
        }),
        garbage,
        feedUpdates,
        content.renewal,
        ...policy.jobs,
      ],
      {
        failed: (job, error, dead) =>
          log[dead ? 'error' : 'warn'](
            { job: job.id, kind: job.kind, attempts: job.attempts, err: error },
            dead ? 'job given up' : 'job failed',
          ),
      },
    );
    const tls = () => tlsMaterial(config, data.path, host, clock.now());
    const notify = await openNotify({ database, clock, config, service, log }, stack);
    const { denials, sealKeeper } = openAudit({ database, clock, directory: data.path, config, log }, stack);
    const manifests = new Manifests(database, clock, runner.wake, config, policy.gates);
    const blobs = new Blobs(database, blobStore, clock, policy.gates.pull);
    const gates = await openGates({
      manifests,
      clock,
      policy,
      database,
      wakeJobs: runner.wake,
      isOwnHost,
      service,
      config,
    });
    const acme = openAcme({ config, directory: data.path, clock, log }, stack);
    const house: House = {
      version,
      acme,
      startedAt,
      service,
      authority: tls().authority,
      clock,
      database,
      databaseKind: config.database === undefined ? 'sqlite' : 'postgres',
      blobStore,
      advisories,
      analyser,
      uploads,
      backups,
      blobs,
      manifests,
      pulls,
      denials,
      sealKeeper,
      webhooks: notify.webhooks,
      subscriptions: notify.subscriptions,
      sendsMail: notify.sendsMail,
      ...openSignIn(database, passwords, clock),
      clientCertificates: openClientCertificates(config, clock),
      tokens: new RegistryTokens(database, clock, await tokenKey(database), service, isOwnHost),
      accounts: new Accounts(database, passwords, clock),
      grants: new Grants(database, clock),
      organisations: new Organisations(database, clock),
      robots: new Robots(database, clock),
      trust: content.trust,
      ...policy.useCases,
      ...gates.useCases,
      scans: new ScanRequests({
        clock,
        analyser,
        malware,
        advisories,
        images: foreignImages(config.scannerRegistries, process.env),
      }),
      vex: new VexStatements(database, clock, runner.wake),
      wakeJobs: runner.wake,
      initialPassword: async () => (await administratorOf(database))?.initial ?? false,
    };
    let stopping = false;
    const metrics = makeMetrics(house);
    const front = frontServer({
      house,
      hosts: hostCheck({ isOwnHost, publicUrl: config.publicUrl, service }),
      origin: originFinder(config.trustedProxies),
      console: await loadConsole(join(root, 'web', 'dist')),
      log: requestLog(log, metrics),
      ready: async () => !stopping && (await database.reachable()),
      metrics: metrics.text,
    });
    const listener = createListener(front, { plain: isLoopback(host), tls: tls(), divert: acme?.divert });
    const reload = reloadTls({ config, listener, material: tls, log }, stack);
    acme?.renews(reload);
    const listening = await listen(listener.net, host, port);
    gates.listensOn(listening);
    stack.defer(async () => {
      stopping = true;
      await listener.stop(STOP_GRACE_MS);
      await runner.stop();
    });
    await catchUp(database, advisories.current().digest, malware, clock.now());
    await feedUpdates.plan(await feedUpdates.nextAt());
    if (data.takenOver) await queueSweep(database, startedAt);
    if ((await database.records.trust.unnoted(1)).length > 0) await queueOnce(database, RENEW_TRUST, clock.now());
    await runner.start();
    await notify.start();
    acme?.start();
    stack.use(every(config.garbageMinutes * 60_000, COLLECT_GARBAGE, { database, clock, wake: runner.wake }));
    stack.use(every(TRUST_RENEWAL_MS, RENEW_TRUST, { database, clock, wake: runner.wake }));
    stack.use(every(malware ? RESCAN_MS : 0, RENEW_ANALYSES, { database, clock, wake: runner.wake }));
    policy.start(runner.wake, stack);
    const scheme = isLoopback(host) ? 'http' : 'https';
    const url = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${listening}`;
    log[options.terminal ? 'debug' : 'info']({ url, data: data.path, version, ms: clock.now() - startedAt }, 'ready');
    const running = stack.move();
    return { url, dataDirectory: data.path, initialPassword, stop: () => running.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function splitListen(listen: string): { host: string; port: number } {
  const cut = listen.lastIndexOf(':');
  return { host: listen.slice(0, cut).replace(/^\[|\]$/g, ''), port: Number(listen.slice(cut + 1)) };
}

/** The key of registry tokens: made once, so that tokens outlive a restart. */
async function tokenKey(database: House['database']): Promise<Uint8Array> {
  const known = await database.records.access.secret('registry-token-key');
  if (known) return known;
  const key = randomBytes(32);
  await database.change(({ access }) => access.setSecret('registry-token-key', key));
  return key;
}
