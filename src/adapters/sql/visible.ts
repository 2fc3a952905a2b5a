import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { limitedTo } from '../../access/limits.ts';
import { type Action, maskOf } from '../../access/roles.ts';
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
  if (viewer.kind === 'account' && viewer.limits) {
    const { limits, ...whole } = viewer;
    const { repositories, organisations } = limitedTo(limits, action);
    const lines = [
      ...(repositories.length > 0 ? [sql<SqlBool>`repositories.name in (${sql.join(repositories)})`] : []),
      ...(organisations.length > 0 ? [sql<SqlBool>`repositories.organisation in (${sql.join(organisations)})`] : []),
    ];
    if (lines.length === 0) return sql<SqlBool>`1 = 0`;
    return eb.and([eb.or(lines), visible(eb, whole, action)]);
  }
  if (viewer.kind === 'account' && viewer.administrator) return sql<SqlBool>`1 = 1`;
  const open = action === 'pull' ? sql<SqlBool>`repositories.visibility = 'public'` : sql<SqlBool>`1 = 0`;
  if (viewer.kind === 'anonymous') return open;
  const granted = sql<SqlBool>`exists (select 1 from grants where grants.principal in (${principals(viewer.accountId)})
    and (grants.actions & ${maskOf([action])}) <> 0
    and ((grants.subject_kind = 'repository' and grants.subject = repositories.id)
      or (grants.subject_kind = 'organisation' and grants.subject = repositories.organisation)))`;
  return eb.or([open, granted]);
}

/** The account and the teams it is in: whoever's grants count for it. */
export function principals(accountId: string) {
  return sql`select cast(${accountId} as text) union all select team_id from team_members where account_id = ${accountId}`;
}
