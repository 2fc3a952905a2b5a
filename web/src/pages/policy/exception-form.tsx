import { call } from '../../api/client.ts';
import { refresh, useAction } from '../../api/resource.ts';
import { typed } from '../../model/form.ts';
import { Choice, Field } from '../../parts/asked.tsx';
import { Refused } from '../../parts/states.tsx';
import { useState } from 'react';

const DAY_MS = 86_400_000;

/** An exception for what was refused: narrow by itself, with a reason and an end. */
export function ExceptionForm({
  repository,
  digest,
  policy,
  rule,
}: {
  repository: string;
  digest: string;
  policy: string;
  rule: string;
}) {
  const [made, setMade] = useState(false);
  const add = useAction(async (form: FormData) => {
    const breakGlass = typed(form, 'kind') === 'break-glass';
    const until = Date.parse(`${typed(form, 'until')}T23:59:59Z`);
    const ticket = typed(form, 'ticket').trim();
    await call('addException', {
      body: {
        kind: breakGlass ? 'break-glass' : 'exception',
        organisation: repository.split('/')[0]!,
        reason: typed(form, 'reason').trim(),
        ...(ticket !== '' && { ticket }),
        scope: {
          repository,
          ...(typed(form, 'covers') === 'digest' && { digest }),
          ...(!breakGlass && { policy, rule }),
        },
        expiresAt: new Date(breakGlass ? Date.now() + DAY_MS - 60_000 : until).toISOString(),
      },
    });
    refresh('listExceptions', 'getVerdicts', 'listDenials');
    setMade(true);
  });
  return (
    <section className="box">
      <h2 className="box-h">
        Let it through <small>for a reason and until a day; it stands in the audit under your name</small>
      </h2>
      {made ? (
        <p className="pad" role="status">
          The exception is in force.
        </p>
      ) : (
        <form
          className="pad form"
          onSubmit={(event) => {
            event.preventDefault();
            void add.run(new FormData(event.currentTarget));
          }}
        >
          <div className="rowf">
            <Choice
              label="Covers"
              name="covers"
              value="digest"
              options={[
                ['digest', 'this digest only'],
                ['repository', 'every image of the repository'],
              ]}
            />
            <Choice
              label="Kind"
              name="kind"
              value="exception"
              options={[
                ['exception', `the rule ${rule}`],
                ['break-glass', 'break-glass: every rule, for a day'],
              ]}
            />
            <Field
              label="Until"
              name="until"
              type="date"
              required
              defaultValue={new Date(Date.now() + 14 * DAY_MS).toISOString().slice(0, 10)}
            />
            <Field label="Ticket" name="ticket" maxLength={200} />
          </div>
          <label className="f">
            Why the risk is acceptable
            <textarea name="reason" rows={3} required maxLength={1000} />
          </label>
          <div className="rowf">
            <button type="submit" className="btn primary" disabled={add.busy}>
              Make the exception
            </button>
          </div>
          <Refused error={add.error} />
        </form>
      )}
    </section>
  );
}
