import { join } from 'node:path';
import type { Logger } from 'pino';
import { SignerClient } from '../adapters/signer/client.ts';
import type { Clock } from '../lib/clock.ts';
import type { OwnHost } from '../oci/gun.ts';
import type { Database } from '../ports/database.ts';
import type { JobHandler } from '../work/jobs/runner.ts';
import { RENEW_TRUST } from '../work/trust/collections.ts';
import { ContentTrust } from '../work/trust/content-trust.ts';
import { embeddedSigner } from './signer-child.ts';

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
}): { trust: ContentTrust; renewal: JobHandler } {
  const { stack, root, directory, version, database, clock, isOwnHost, log } = parts;
  const process = stack.use(
    embeddedSigner({
      root,
      directory: join(directory, 'signer'),
      version,
      told: (line) => log.warn({ signer: line }, 'signing service'),
    }),
  );
  const signer = stack.adopt(new SignerClient(process.connect), (each) => each.close());
  const trust = new ContentTrust(database, signer, clock, isOwnHost);
  const renewal: JobHandler = {
    kind: RENEW_TRUST,
    run: async () => {
      await trust.collections.renewDue((gun, err) => log.warn({ gun, err }, 'trust metadata could not be renewed'));
    },
  };
  return { trust, renewal };
}
