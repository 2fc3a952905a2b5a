import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Names that repositories had: reads of them are answered by the repository for a while. */
export const formerNames: Migration = {
  name: '202611271910-registry-former-names',
  async up(db) {
    for (const statement of [
      'create table repository_former_names (name text primary key, repository_id text not null, until bigint not null)',
      'create index repository_former_names_repository on repository_former_names (repository_id)',
    ])
      await sql.raw(statement).execute(db);
  },
};
