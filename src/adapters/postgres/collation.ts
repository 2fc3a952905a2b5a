import { type Kysely, sql } from 'kysely';
import type { Schema } from '../sql/schema.ts';

/**
 * Makes every text column compare byte by byte, as SQLite does and as the distribution specification orders tags,
 * whatever locale the database was made with. Columns that are so already are left alone.
 */
export async function binaryCollation(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ table_name: string; column_name: string }>`
    select columns.table_name, columns.column_name from information_schema.columns
      join information_schema.tables using (table_schema, table_name)
    where columns.table_schema = current_schema() and table_type = 'BASE TABLE' and data_type = 'text'
      and collation_name is null`.execute(db);
  for (const [table, columns] of Map.groupBy(rows, (row) => row.table_name))
    await sql`alter table ${sql.id(table)} ${sql.join(
      columns.map(({ column_name }) => sql`alter column ${sql.id(column_name)} type text collate "C"`),
    )}`.execute(db);
}
