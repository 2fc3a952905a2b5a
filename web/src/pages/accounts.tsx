import { type FormEvent, useState } from 'react';
import { call } from '../api/client.ts';
import { refresh, useAction, useResource } from '../api/resource.ts';
import { typed } from '../model/form.ts';
import { PageHead } from '../parts/page.tsx';
import { Empty, Loaded, Refused } from '../parts/states.tsx';
import { Time } from '../parts/time.tsx';
import { useMe } from '../shell/session.tsx';
import { ConfirmByName } from './repository/confirm-by-name.tsx';

function Create() {
  const create = useAction(async (form: FormData) => {
    await call('createAccount', {
      body: {
        name: typed(form, 'name').trim(),
        password: typed(form, 'password'),
        administrator: form.get('administrator') === 'on',
      },
    });
    refresh('listAccounts');
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    void create.run(new FormData(form)).then((done) => done && form.reset());
  };
  return (
    <section className="box">
      <h2 className="box-h">New account</h2>
      <form className="pad form" onSubmit={submit}>
        <div className="rowf">
          <label className="f">
            Name
            <input name="name" required maxLength={64} autoComplete="off" autoCapitalize="none" spellCheck={false} />
          </label>
          <label className="f">
            Password
            <input name="password" type="password" required maxLength={256} autoComplete="new-password" />
          </label>
          <label className="check">
            <input name="administrator" type="checkbox" /> administrator
          </label>
          <button type="submit" className="btn primary" disabled={create.busy}>
            Create account
          </button>
        </div>
        <Refused error={create.error} />
      </form>
    </section>
  );
}

function Change({ name, done }: { name: string; done: () => void }) {
  const me = useMe();
  const set = useAction(async (password: string) => {
    await call('setAccountPassword', { params: { name }, body: { password } });
    done();
  });
  const remove = useAction(async () => {
    await call('deleteAccount', { params: { name } });
    refresh('listAccounts');
    done();
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void set.run(typed(new FormData(event.currentTarget), 'password'));
  };
  return (
    <div className="form account-change">
      <form className="rowf" onSubmit={submit}>
        <label className="f">
          New password of {name}
          <input name="password" type="password" required maxLength={256} autoComplete="new-password" />
        </label>
        <button type="submit" className="btn" disabled={set.busy}>
          Set password
        </button>
      </form>
      <Refused error={set.error} />
      {name !== me.name && (
        <>
          <ConfirmByName name={name} action="Delete account" busy={remove.busy} onConfirm={() => void remove.run()} />
          <Refused error={remove.error} />
        </>
      )}
    </div>
  );
}

/** Who has an account here. Roles on repositories are given in each repository's settings. */
export function AccountsPage() {
  const me = useMe();
  const accounts = useResource('listAccounts', me.administrator ? {} : undefined);
  const [open, setOpen] = useState<string>();
  return (
    <>
      <PageHead title="Accounts" name="Accounts">
        <p className="sub">Roles on a repository are given in its settings; administrators may do everything.</p>
      </PageHead>
      {!me.administrator ? (
        <div className="box">
          <Empty title="This needs an administrator" />
        </div>
      ) : (
        <div className="stack">
          <Loaded resource={accounts} what="The accounts could not be listed." rows={3}>
            {({ items }) => (
              <div className="box">
                <table className="cards">
                  <thead>
                    <tr>
                      <th scope="col">Name</th>
                      <th scope="col">Kind</th>
                      <th scope="col">Created</th>
                      <th scope="col">
                        <span className="sr">Action</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((account) => (
                      <tr key={account.name}>
                        <td className="t">
                          <span className="name">{account.name}</span>
                          {open === account.name && <Change name={account.name} done={() => setOpen(undefined)} />}
                        </td>
                        <td className="q2">
                          {account.administrator ? 'administrator' : 'account'}
                          {account.disabled && ', disabled'}
                        </td>
                        <td className="q2 nw">
                          <Time at={account.createdAt} />
                        </td>
                        <td className="r">
                          <button
                            type="button"
                            className="btn quiet"
                            aria-expanded={open === account.name}
                            onClick={() => setOpen(open === account.name ? undefined : account.name)}
                          >
                            {open === account.name ? 'Close' : 'Change'}
                            <span className="sr"> {account.name}</span>
                          </button>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </Loaded>
          <Create />
        </div>
      )}
    </>
  );
}
