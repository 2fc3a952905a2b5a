import { useState } from 'react';
import { type Answer, call } from '../api/client.ts';
import { useAction, useLast, useResource } from '../api/resource.ts';
import { typed } from '../model/form.ts';
import { Choice, Field } from '../parts/asked.tsx';
import { Glyph } from '../parts/marks.tsx';
import { PageHead } from '../parts/page.tsx';
import { Rows } from '../parts/rows.tsx';
import { Loaded, Refused } from '../parts/states.tsx';
import { Time } from '../parts/time.tsx';
import { navigate, useAddress } from '../shell/router.tsx';
import { useMe } from '../shell/session.tsx';

const kinds = [
  ['', 'everything'],
  ['denied', 'what was refused'],
  ['grant', 'roles'],
  ['tag', 'tags'],
  ['manifest', 'images'],
  ['repository', 'repositories'],
  ['token', 'tokens'],
  ['account', 'accounts'],
  ['team', 'teams'],
  ['directory', 'directories'],
  ['webhook', 'webhooks'],
] as const;

function changeOf({ before, after }: { before?: string | undefined; after?: string | undefined }): string {
  if (before === undefined) return after === undefined || after === '{}' ? '' : after;
  return `${before} → ${after ?? 'nothing'}`;
}

/** Whether the chain is what was written. */
function Verification() {
  const [report, setReport] = useState<Answer<'verifyAudit'>>();
  const check = useAction(async () => setReport(await call('verifyAudit', {})));
  return (
    <section className="box">
      <h2 className="box-h">
        The chain <small>each entry is bound to the one before it and signed</small>
      </h2>
      <div className="pad form">
        <div className="rowf">
          <button type="button" className="btn" disabled={check.busy} onClick={() => void check.run()}>
            {check.busy ? 'Checking …' : 'Check the chain'}
          </button>
          <a className="btn" href="/api/v1/audit/export" download="audit.jsonl">
            Export
          </a>
        </div>
        <Refused error={check.error} />
        {report && (
          <div role="status">
            <p className={`v ${report.problems.length === 0 ? 'ok' : 'bad'}`}>
              <Glyph tone={report.problems.length === 0 ? 'ok' : 'bad'} />
              {report.problems.length === 0
                ? `${report.entries} entries, all as they were written.`
                : `${report.problems.length} problems in ${report.entries} entries.`}
            </p>
            {report.problems.map((each) => (
              <p key={`${each.code} ${each.seq}`} className="q2">
                {each.detail}
              </p>
            ))}
            <p className="q2 break">
              Note this elsewhere: <code>{`${report.last}:${report.hash}`}</code>
            </p>
          </div>
        )}
      </div>
    </section>
  );
}

/** Who changed what, and what was refused. */
export function AuditPage() {
  const me = useMe();
  const { query } = useAddress();
  const asked = {
    actor: query.get('actor') ?? '',
    action: query.get('action') ?? '',
    object: query.get('object') ?? '',
  };
  const cursor = query.get('cursor') ?? undefined;
  const entries = useLast(
    useResource(
      'listAudit',
      me.name === undefined
        ? undefined
        : {
            query: {
              limit: 100,
              ...(asked.actor && { actor: asked.actor }),
              ...(asked.action && { action: asked.action }),
              ...(asked.object && { object: asked.object }),
              ...(cursor !== undefined && { cursor }),
            },
          },
    ),
  );
  const go = (form: FormData, more?: string) => {
    const wanted = new URLSearchParams();
    for (const name of ['actor', 'action', 'object']) if (typed(form, name)) wanted.set(name, typed(form, name).trim());
    if (more !== undefined) wanted.set('cursor', more);
    navigate(`/audit?${wanted}`);
  };
  return (
    <>
      <PageHead title="Audit" name="Audit">
        <p className="sub">
          Who changed what, from where, and what it was before. You see where you hold the right audit.
        </p>
      </PageHead>
      <div className="stack">
        <section className="box">
          <form
            className="pad form"
            key={query.toString()}
            onSubmit={(event) => {
              event.preventDefault();
              go(new FormData(event.currentTarget));
            }}
          >
            <div className="rowf">
              <Field label="Actor" name="actor" defaultValue={asked.actor} />
              <Choice label="Kind" name="action" options={kinds} value={asked.action} />
              <Field label="Object" name="object" defaultValue={asked.object} placeholder="shop/app" />
              <button type="submit" className="btn">
                Show
              </button>
            </div>
          </form>
          <Loaded resource={entries} what="The audit could not be read." rows={8}>
            {({ items, next }) => (
              <>
                <Rows
                  head={['Action', 'Object', 'Actor', 'From', 'Change', 'When']}
                  empty="Nothing of that kind"
                  rows={items.map((each) => ({
                    key: each.id,
                    cells: [
                      each.occurrences > 1 ? `${each.action} ×${each.occurrences}` : each.action,
                      <span key="object" className="object">
                        {each.object}
                      </span>,
                      each.actor,
                      [each.address, each.via].filter(Boolean).join(', '),
                      <span key="change" className="break">
                        {changeOf(each)}
                      </span>,
                      <span key="at" className="nw">
                        <Time at={each.at} />
                      </span>,
                    ],
                  }))}
                />
                {next !== undefined && (
                  <div className="pad">
                    <button
                      type="button"
                      className="btn"
                      onClick={() => {
                        const form = new FormData();
                        for (const [name, value] of Object.entries(asked)) form.set(name, value);
                        go(form, next);
                      }}
                    >
                      Older
                    </button>
                  </div>
                )}
              </>
            )}
          </Loaded>
        </section>
        {me.administrator && <Verification />}
      </div>
    </>
  );
}
