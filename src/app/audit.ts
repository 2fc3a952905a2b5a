import type { Logger } from 'pino';
import { openSealKeeper } from '../adapters/fs/seal-keeper.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../ports/database.ts';
import { AuditSealer, type SealKeeper } from '../work/access/audit.ts';
import { Denials } from '../work/access/denials.ts';
import type { Config } from './settings.ts';

/** Starts the sealer of the audit; it seals a last time before the database is closed. */
export function openAudit(
  parts: { database: Database; clock: Clock; directory: string; config: Config; log: Logger },
  stack: AsyncDisposableStack,
): { denials: Denials; sealKeeper: SealKeeper } {
  const { database, clock, log } = parts;
  const sealKeeper = openSealKeeper(parts.directory);
  const denials = new Denials(database, clock);
  const sealer = new AuditSealer({
    database,
    clock,
    keeper: sealKeeper,
    denials,
    retentionDays: parts.config.auditDays,
    failed: (error) => log.error({ err: error }, 'the audit could not be sealed'),
  });
  sealer.start();
  stack.adopt(sealer, (each) => each.stop());
  return { denials, sealKeeper };
}
