import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { type Action, rolesWith } from '../../access/roles.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { Schema } from './schema.ts';

/** The one place where a query learns which rows of `repositories` its viewer may act on. */
export function visible<TB extends keyof Schema>(
  eb: ExpressionBuilder<Schema, TB | 'repositories'>,
  viewer: Viewer,
  action: Action,
): Expression<SqlBool> {
  if (viewer.kind === 'system') return sql<SqlBool>`1 = 1`;
  if (viewer.scope && !viewer.scope.catalogue) return sql<SqlBool>`1 = 0`;
  if (viewer.kind === 'account' && viewer.administrator) return sql<SqlBool>`1 = 1`;
  const open = action === 'pull' ? sql<SqlBool>`repositories.visibility = 'public'` : sql<SqlBool>`1 = 0`;
  if (viewer.kind === 'anonymous') return open;
  const granted = sql<SqlBool>`exists (select 1 from grants where grants.account_id = ${viewer.accountId}
    and grants.role in (${sql.join(rolesWith(action))})
    and ((grants.subject_kind = 'repository' and grants.subject = repositories.id)
      or (grants.subject_kind = 'organisation' and grants.subject = repositories.organisation)))`;
  return eb.or([open, granted]);
}
