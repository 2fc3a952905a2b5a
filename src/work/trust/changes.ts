import type { Viewer } from '../../access/viewer.ts';
import { AssayError } from '../../lib/error.ts';
import type { ChangePage, TrustChange } from '../../ports/trust-records.ts';
import { trustActions } from './collection-access.ts';
import type { TrustParts } from './collections.ts';

/** The changefeed: of one collection for those who may read it, of all for administrators. */
export class TrustChanges {
  readonly #parts: TrustParts;

  constructor(parts: TrustParts) {
    this.#parts = parts;
  }

  async list(viewer: Viewer, page: ChangePage): Promise<TrustChange[]> {
    if (page.gun !== undefined) await this.#parts.access.require(viewer, page.gun, trustActions.pull);
    else if (viewer.kind === 'anonymous') throw new AssayError('unauthorized');
    else if (viewer.kind === 'account' && !viewer.administrator) throw new AssayError('denied');
    return this.#parts.database.records.trust.changes(page);
  }
}
