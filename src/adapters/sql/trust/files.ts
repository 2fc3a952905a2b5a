import type { Kysely } from 'kysely';
import type { TrustFile, TrustFileSummary, TrustRecords } from '../../../ports/trust-records.ts';
import { prepared } from '../prepared.ts';
import type { Schema } from '../schema.ts';

type Part<K extends keyof TrustRecords> = Pick<TrustRecords, K>;

const summary = ['dialect', 'role', 'version', 'sha256', 'length', 'expires', 'stored_at', 'stored_by'] as const;

export function trustFiles(
  db: Kysely<Schema>,
): Part<'currentFile' | 'currentSummary' | 'fileByVersion' | 'fileByHash' | 'versions' | 'addFile'> {
  const files = db
    .selectFrom('trust_files')
    .innerJoin('trust_collections', 'trust_collections.gun', 'trust_files.gun')
    .where('trust_collections.repository_id', '=', '')
    .where('trust_files.gun', '=', '');
  const all = files.selectAll('trust_files');
  const current = prepared(
    db,
    all.where('dialect', '=', 'notary').where('role', '=', '').orderBy('version', 'desc').limit(1).compile(),
  );
  const currentSummary = prepared(
    db,
    files
      .select(summary.map((column) => `trust_files.${column}` as const))
      .where('dialect', '=', 'notary')
      .where('role', '=', '')
      .orderBy('version', 'desc')
      .limit(1)
      .compile(),
  );
  const byVersion = prepared(
    db,
    all.where('dialect', '=', 'notary').where('role', '=', '').where('version', '=', 0).compile(),
  );
  const byHash = prepared(db, all.where('sha256', '=', '').where('role', '=', '').limit(1).compile());

  return {
    async currentFile(repository, gun, dialect, role) {
      // The parameter of `limit` is part of the query as well.
      return toFile(await current(repository.id, gun, dialect, role, 1));
    },
    async fileByVersion(repository, gun, dialect, role, version) {
      return toFile(await byVersion(repository.id, gun, dialect, role, version));
    },
    async fileByHash(repository, gun, role, sha256) {
      return toFile(await byHash(repository.id, gun, sha256, role, 1));
    },
    async currentSummary(repository, gun, dialect, role) {
      const row = await currentSummary(repository.id, gun, dialect, role, 1);
      return row && toSummary(row);
    },
    async versions(repository, gun, dialect, role) {
      const rows = await db
        .selectFrom('trust_files')
        .innerJoin('trust_collections', 'trust_collections.gun', 'trust_files.gun')
        .select(summary.map((column) => `trust_files.${column}` as const))
        .where('trust_collections.repository_id', '=', repository.id)
        .where('trust_files.gun', '=', gun)
        .where('dialect', '=', dialect)
        .where('role', '=', role)
        .orderBy('version')
        .execute();
      return rows.map(toSummary);
    },
    async addFile(_repository, gun, file) {
      await db
        .insertInto('trust_files')
        .values({
          gun,
          dialect: file.dialect,
          role: file.role,
          version: file.version,
          sha256: file.sha256,
          length: file.length,
          expires: file.expires,
          stored_at: file.storedAt,
          stored_by: file.storedBy,
          raw: file.raw,
        })
        .execute();
    },
  };
}

type SummaryRow = Pick<Schema['trust_files'], (typeof summary)[number]>;

function toSummary(row: SummaryRow): TrustFileSummary {
  return {
    dialect: row.dialect,
    role: row.role,
    version: row.version,
    sha256: row.sha256,
    length: row.length,
    expires: row.expires,
    storedAt: row.stored_at,
    storedBy: row.stored_by,
  };
}

function toFile(row: Schema['trust_files'] | undefined): TrustFile | undefined {
  return row && { ...toSummary(row), raw: row.raw };
}
