import type { Answer } from '../../api/client.ts';
import { call } from '../../api/client.ts';
import { refresh, useAction, useResource } from '../../api/resource.ts';
import { RowButton, Rows } from '../../parts/rows.tsx';
import { Loaded, Refused } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Glyph } from '../../parts/marks.tsx';

type Exception = Answer<'listExceptions'>['items'][number];

function covers({ scope }: Exception): string {
  return [
    scope.repository,
    scope.digest?.slice(0, 19),
    scope.policy && `policy ${scope.policy}`,
    scope.rule && `rule ${scope.rule}`,
    scope.vulnerability,
  ]
    .filter(Boolean)
    .join(', ');
}

/** Exceptions of an organisation, in force and over. */
export function Exceptions({ organisation }: { organisation: string | undefined }) {
  const exceptions = useResource('listExceptions', { query: { ...(organisation !== undefined && { organisation }) } });
  const end = useAction(async (id: string) => {
    await call('endException', { params: { id } });
    refresh('listExceptions', 'getVerdicts');
  });
  return (
    <section className="box">
      <h2 className="box-h">
        Exceptions <small>each has an owner, a reason and an end</small>
      </h2>
      <Loaded resource={exceptions} what="The exceptions could not be listed." rows={2}>
        {({ items }) => (
          <Rows
            head={['Covers', 'Why', 'Owner', 'Until']}
            empty="No exceptions"
            rows={items.map((each) => ({
              key: each.id,
              cells: [
                <span key="covers" className="object">
                  <Glyph tone={each.inForce ? 'warn' : 'none'} label={each.inForce ? 'in force' : 'over'} />{' '}
                  {covers(each)}
                </span>,
                `${each.kind === 'break-glass' ? 'break-glass, ' : ''}${each.reason}${each.ticket ? ` (${each.ticket})` : ''}`,
                each.owner,
                <Time key="until" at={each.expiresAt} />,
              ],
              action: each.inForce ? (
                <RowButton of={covers(each)} busy={end.busy} onClick={() => void end.run(each.id)}>
                  End
                </RowButton>
              ) : undefined,
            }))}
          />
        )}
      </Loaded>
      <Refused error={end.error} />
    </section>
  );
}
