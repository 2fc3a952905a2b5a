import type { Repository } from '../../ports/registry-records.ts';
import type { TrustDialect, TrustFileSummary, TrustRecords } from '../../ports/trust-records.ts';
import type { RoleName } from '../../trust/tuf/metadata.ts';
import { recalled, stored } from './dialects.ts';

type Read<R extends RoleName> = ReturnType<typeof stored<R>>;

/** The newest files of a collection in one dialect, looked up once each for one act; bytes only where they are not known. */
export class StandingFiles {
  readonly dialect: TrustDialect;
  readonly #trust: TrustRecords;
  readonly #repository: Repository;
  readonly #gun: string;
  readonly #summaries = new Map<RoleName, Promise<TrustFileSummary | undefined>>();

  constructor(from: { trust: TrustRecords; repository: Repository; gun: string; dialect: TrustDialect }) {
    this.dialect = from.dialect;
    this.#trust = from.trust;
    this.#repository = from.repository;
    this.#gun = from.gun;
  }

  summary(role: RoleName): Promise<TrustFileSummary | undefined> {
    let summary = this.#summaries.get(role);
    if (!summary) {
      summary = this.#trust.currentSummary(this.#repository, this.#gun, this.dialect, role);
      this.#summaries.set(role, summary);
    }
    return summary;
  }

  /** 0 before the first. */
  async version(role: RoleName): Promise<number> {
    return (await this.summary(role))?.version ?? 0;
  }

  async read<R extends RoleName>(role: R): Promise<Read<R> | undefined> {
    const summary = await this.summary(role);
    if (!summary) return undefined;
    const known = recalled(this.dialect, role, summary);
    if (known) return known;
    const file = await this.#trust.fileByVersion(this.#repository, this.#gun, this.dialect, role, summary.version);
    return file && stored(this.dialect, role, file);
  }
}
