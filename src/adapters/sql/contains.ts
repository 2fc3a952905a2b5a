import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** True where the column holds the text, whatever the case of its letters; nothing in the text is a wildcard. */
export function contains(column: string, text: string | undefined): RawBuilder<SqlBool> {
  const pattern = `%${(text ?? '').toLowerCase().replaceAll(/[\\%_]/g, (char) => `\\${char}`)}%`;
  return sql<SqlBool>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`;
}
