import { useRef, useState } from 'react';
import { type Answer, call } from '../api/client.ts';
import { refresh, useAction, useResource } from '../api/resource.ts';
import { type Kind, readSettings } from '../model/directory-settings.ts';
import { typed } from '../model/form.ts';
import { Field } from '../parts/asked.tsx';
import { Glyph } from '../parts/marks.tsx';
import { PageHead } from '../parts/page.tsx';
import { RowButton, Rows } from '../parts/rows.tsx';
import { Empty, Loaded, Refused } from '../parts/states.tsx';
import { useMe } from '../shell/session.tsx';
import { DirectoryFields } from './directory-fields.tsx';

type Directory = Answer<'listDirectories'>['items'][number];

const kinds = [
  ['ldap', 'LDAP or Active Directory'],
  ['oidc', 'OpenID Connect'],
  ['workload', 'CI jobs (workload identity)'],
] as const;

function Steps({ steps }: { steps: Answer<'testDirectory'>['steps'] }) {
  return (
    <div role="status" className="steps">
      {steps.map(({ step, ok, detail }) => (
        <p key={step} className={`v ${ok ? 'ok' : 'bad'} break`}>
          <Glyph tone={ok ? 'ok' : 'bad'} />
          <span>
            <b>{step}</b> {detail}
          </span>
        </p>
      ))}
    </div>
  );
}

function Edit({ known, done }: { known: Directory | undefined; done: () => void }) {
  const [kind, setKind] = useState<Kind>((known?.settings['kind'] as Kind | undefined) ?? 'ldap');
  const [steps, setSteps] = useState<Answer<'testDirectory'>['steps']>();
  const form = useRef<HTMLFormElement>(null);
  const save = useAction(async (data: FormData) => {
    const secret = typed(data, 'secret');
    const body = {
      name: typed(data, 'name').trim(),
      enabled: data.get('enabled') === 'on',
      settings: readSettings(kind, (field) => typed(data, field)),
      ...(secret !== '' && { secret }),
    };
    if (known) await call('updateDirectory', { params: { id: known.id }, body });
    else await call('createDirectory', { body });
    refresh('listDirectories', 'listProviders');
    done();
  });
  const test = useAction(async (data: FormData) => {
    const secret = typed(data, 'secret');
    const person = typed(data, 'person').trim();
    const answer = await call('testDirectory', {
      body: {
        settings: readSettings(kind, (field) => typed(data, field)),
        ...(known && { id: known.id }),
        ...(secret !== '' && { secret }),
        ...(person !== '' && { name: person }),
      },
    });
    setSteps(answer.steps);
  });
  return (
    <section className="box">
      <h2 className="box-h">{known ? known.name : 'New directory'}</h2>
      <form
        ref={form}
        className="pad form"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run(new FormData(event.currentTarget));
        }}
      >
        <div className="rowf">
          {!known && (
            <label className="f">
              Kind
              <select value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
                {kinds.map(([each, words]) => (
                  <option key={each} value={each}>
                    {words}
                  </option>
                ))}
              </select>
            </label>
          )}
          <Field label="Name" name="name" required maxLength={60} defaultValue={known?.name ?? ''} />
          {kind !== 'workload' && (
            <Field
              label={kind === 'ldap' ? 'Password of bindDn' : 'Client secret'}
              name="secret"
              type="password"
              autoComplete="new-password"
              placeholder={known?.hasSecret ? 'is kept' : ''}
              maxLength={4096}
            />
          )}
          <label className="check">
            <input type="checkbox" name="enabled" defaultChecked={known?.enabled ?? true} /> in use
          </label>
        </div>
        <DirectoryFields key={kind} kind={kind} settings={known?.settings ?? {}} />
        <div className="rowf">
          <button type="submit" className="btn primary" disabled={save.busy}>
            Save
          </button>
          {kind === 'ldap' && <Field label="Show a person" name="person" placeholder="name" />}
          <button
            type="button"
            className="btn"
            disabled={test.busy}
            onClick={() => form.current && void test.run(new FormData(form.current))}
          >
            {test.busy ? 'Testing …' : 'Test'}
          </button>
          <button type="button" className="btn quiet" onClick={done}>
            Close
          </button>
        </div>
        <Refused error={save.error ?? test.error} />
        {steps && <Steps steps={steps} />}
      </form>
    </section>
  );
}

/** Directories outside that vouch for accounts: settings with a test before they are kept. */
export function DirectoriesPage() {
  const me = useMe();
  const directories = useResource('listDirectories', me.administrator ? {} : undefined);
  const [open, setOpen] = useState<string>();
  const remove = useAction(async (id: string) => {
    await call('deleteDirectory', { params: { id } });
    refresh('listDirectories', 'listProviders');
  });
  return (
    <>
      <PageHead title="Directories" name="Directories">
        <p className="sub">
          LDAP, OpenID Connect and CI systems that say who somebody is; their groups are teams here.
        </p>
      </PageHead>
      {!me.administrator ? (
        <div className="box">
          <Empty title="This needs an administrator" />
        </div>
      ) : (
        <div className="stack">
          <section className="box">
            <Loaded resource={directories} what="The directories could not be listed." rows={2}>
              {({ items }) => (
                <Rows
                  head={['Name', 'Kind', 'State']}
                  empty="No directories; accounts are those of this server"
                  rows={items.map((each) => ({
                    key: each.id,
                    cells: [
                      each.name,
                      kinds.find(([kind]) => kind === each.settings['kind'])?.[1] ?? '',
                      each.enabled ? 'in use' : 'not used',
                    ],
                    action: (
                      <>
                        <RowButton of={each.name} onClick={() => setOpen(each.id)}>
                          Change
                        </RowButton>
                        <RowButton of={each.name} busy={remove.busy} onClick={() => void remove.run(each.id)}>
                          Remove
                        </RowButton>
                      </>
                    ),
                  }))}
                />
              )}
            </Loaded>
            <Refused error={remove.error} />
            {open === undefined && (
              <div className="pad">
                <button type="button" className="btn" onClick={() => setOpen('')}>
                  Add a directory
                </button>
              </div>
            )}
          </section>
          {open !== undefined && (
            <Edit
              key={open}
              known={directories.data?.items.find((each) => each.id === open)}
              done={() => setOpen(undefined)}
            />
          )}
        </div>
      )}
    </>
  );
}
