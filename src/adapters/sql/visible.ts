import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { type Action, rolesWith } from '../../access/roles.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { Schema } from './schema.ts';

/**
 * The one place where a query learns which rows of `repositories` its viewer may act on. A token of a client shows
 * the repositories that it names, or all of the viewer's when it covers the catalogue.
 */
export function visible<TB extends keyof Schema>(
  eb: ExpressionBuilder<Schema, TB | 'repositories'>,
  viewer: Viewer,
  action: Action,
): Expression<SqlBool> {
  if (viewer.kind === 'system') return sql<SqlBool>`1 = 1`;
  const { scope, ...unscoped } = viewer;
  if (scope && !scope.catalogue) {
    const names = [...scope.repositories].flatMap(([name, actions]) => (actions.has(action) ? [name] : []));
    if (names.length === 0) return sql<SqlBool>`1 = 0`;
    return eb.and([sql<SqlBool>`repositories.name in (${sql.join(names)})`, visible(eb, unscoped, action)]);
  }
  if (viewer.kind === 'account' && viewer.administrator) return sql<SqlBool>`1 = 1`;
  const open = action === 'pull' ? sql<SqlBool>`repositories.visibility = 'public'` : sql<SqlBool>`1 = 0`;
  if (viewer.kind === 'anonymous') return open;
  const granted = sql<SqlBool>`exists (select 1 from grants where grants.account_id = ${viewer.accountId}
    and grants.role in (${sql.join(rolesWith(action))})
    and ((grants.subject_kind = 'repository' and grants.subject = repositories.id)
      or (grants.subject_kind = 'organisation' and grants.subject = repositories.organisation)))`;
  return eb.or([open, granted]);
}
