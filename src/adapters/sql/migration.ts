import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

export type DialectName = 'sqlite' | 'postgres';

/** One forward step of the schema, applied once and recorded by name. */
export interface Migration {
  readonly name: string;
  up(db: Kysely<Schema>, bytes: 'blob' | 'bytea'): Promise<void>;
}
