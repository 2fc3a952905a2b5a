import type { Clock } from '../../lib/clock.ts';
import { TrustImport } from './import.ts';
import { KeyedMutex } from '../../lib/keyed-mutex.ts';
import type { OwnHost } from '../../oci/gun.ts';
import type { Database } from '../../ports/database.ts';
import type { SignerService } from '../../ports/signer-service.ts';
import { TrustChanges } from './changes.ts';
import { CollectionAccess } from './collection-access.ts';
import { Collections } from './collections.ts';
import { TrustPublishing } from './publish.ts';
import { ServerKeys } from './server-keys.ts';
import { SignerPulse } from './signer-pulse.ts';
import { TrustTargets } from './targets.ts';
import { TrustReports } from './trust-reports.ts';

/** The use cases of content trust, over one signing service. */
export class ContentTrust {
  readonly collections: Collections;
  readonly publishing: TrustPublishing;
  readonly imports: TrustImport;
  readonly serverKeys: ServerKeys;
  readonly changes: TrustChanges;
  readonly targets: TrustTargets;
  readonly reports: TrustReports;
  readonly signer: SignerService;
  readonly pulse: SignerPulse;

  constructor(database: Database, signer: SignerService, clock: Clock, isOwnHost: OwnHost) {
    const access = new CollectionAccess(database, clock, isOwnHost);
    const parts = { database, signer, clock, access, changes: new KeyedMutex() };
    this.signer = signer;
    this.pulse = new SignerPulse(signer, clock);
    this.collections = new Collections(parts);
    this.publishing = new TrustPublishing(parts);
    this.imports = new TrustImport(parts);
    this.serverKeys = new ServerKeys(parts);
    this.changes = new TrustChanges(parts);
    this.targets = new TrustTargets(parts);
    this.reports = new TrustReports(parts, this.collections);
  }
}
