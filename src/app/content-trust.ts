import { join } from 'node:path';
import type { Logger } from 'pino';
import { SignerClient } from '../adapters/signer/client.ts';
import { signerOverTls } from '../adapters/signer/tls.ts';
import type { Clock } from '../lib/clock.ts';
import type { OwnHost } from '../oci/gun.ts';
import type { Database } from '../ports/database.ts';
import type { JobHandler } from '../work/jobs/runner.ts';
import { RENEW_TRUST } from '../work/trust/collections.ts';
import { ContentTrust } from '../work/trust/content-trust.ts';
import { tellExpiring } from '../work/trust/tell-expiring.ts';
import type { Config } from './settings.ts';
import { remoteSigner } from './remote-signer.ts';
import { embeddedSigner } from './signer-child.ts';
import { storeKeyFile } from './signer.ts';

/** Content trust with its signing service, which ends with `stack`; and the job that renews what expires before long. */
export function openContentTrust(parts: {
  stack: AsyncDisposableStack;
  root: string;
  /** The data directory. */
  directory: string;
  version: string;
  database: Database;
  clock: Clock;
  isOwnHost: OwnHost;
  log: Logger;
  config: Config;
  environment: NodeJS.ProcessEnv;
}): { trust: ContentTrust; renewal: JobHandler } {
  const { stack, root, directory, version, database, clock, isOwnHost, log, config, environment } = parts;
  const remote = remoteSigner(config);
  const connect = remote
    ? signerOverTls(remote.at, remote.tls)
    : stack.use(
        embeddedSigner({
          root,
          directory: join(directory, 'signer'),
          version,
          storeKeyFile: storeKeyFile(config.signerStoreKey, environment),
          told: (line) => log.warn({ signer: line }, 'signing service'),
        }),
      ).connect;
  const signer = stack.adopt(new SignerClient(connect, { dropWhenLate: remote !== undefined }), (each) => each.close());
  const trust = new ContentTrust(database, signer, clock, isOwnHost);
  const renewal: JobHandler = {
    kind: RENEW_TRUST,
    run: async () => {
      await trust.collections.renewDue((gun, err) => log.warn({ gun, err }, 'trust metadata could not be renewed'));
      await trust.collections.noteSignedTags((gun, err) => log.warn({ gun, err }, 'signed tags could not be noted'));
      await tellExpiring(database, clock);
    },
  };
  return { trust, renewal };
}
