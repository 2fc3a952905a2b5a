import { type FormEvent, useState } from 'react';
import { type Answer, call } from '../api/client.ts';
import { refresh, useAction, useResource } from '../api/resource.ts';
import { typed } from '../model/form.ts';
import { loginCommand } from '../model/clients.ts';
import { Command, CopyButton } from '../parts/copy.tsx';
import { Glyph } from '../parts/marks.tsx';
import { PageHead } from '../parts/page.tsx';
import { Empty, Loaded, Refused } from '../parts/states.tsx';
import { Time } from '../parts/time.tsx';
import { useClient } from '../shell/preferences.ts';
import { Passkeys } from './passkeys.tsx';
import { SecondFactor } from './second-factor.tsx';
import { Link } from '../shell/router.tsx';
import { useMe } from '../shell/session.tsx';

function Password() {
  const [done, setDone] = useState(false);
  const change = useAction(async (current: string, password: string) => {
    setDone(false);
    await call('changePassword', { body: { current, password } });
    setDone(true);
    refresh('getMe', 'listTokens');
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    void change.run(typed(data, 'current'), typed(data, 'password')).then((ok) => ok && form.reset());
  };
  return (
    <section className="box">
      <h2 className="box-h">
        Password <small>changing it ends all other sessions</small>
      </h2>
      <form className="pad form" onSubmit={submit}>
        <div className="rowf">
          <label className="f">
            Current password
            <input name="current" type="password" required maxLength={256} autoComplete="current-password" />
          </label>
          <label className="f">
            New password
            <input name="password" type="password" required maxLength={256} autoComplete="new-password" />
          </label>
          <button type="submit" className="btn primary" disabled={change.busy}>
            Change password
          </button>
        </div>
        <Refused error={change.error} />
        {done && (
          <p className="v ok" role="status">
            <Glyph tone="ok" />
            The password is changed.
          </p>
        )}
      </form>
    </section>
  );
}

type Made = Answer<'createToken'>;

function Secret({ made, name }: { made: Made; name: string }) {
  const me = useMe();
  const [client] = useClient();
  return (
    <div className="secret" role="status">
      <p>
        <b>{made.token.name}</b> is shown this once; afterwards only its name is.
      </p>
      <div className="cmd wrap secret-text">
        <code className="plain" tabIndex={0}>
          {made.secret}
        </code>
        <CopyButton text={made.secret} label="Copy token" />
      </div>
      <p className="q2">It stands in for the password:</p>
      <Command line={loginCommand(client, me.registryHost, name)} />
    </div>
  );
}

function Tokens({ name }: { name: string }) {
  const tokens = useResource('listTokens', {});
  const [made, setMade] = useState<Made>();
  const create = useAction(async (form: FormData) => {
    setMade(
      await call('createToken', {
        body: {
          name: typed(form, 'name').trim(),
          days: Number(form.get('days')),
          readOnly: form.get('readOnly') === 'on',
        },
      }),
    );
    refresh('listTokens');
  });
  const revoke = useAction(async (id: string) => {
    await call('revokeToken', { params: { id } });
    setMade((each) => (each?.token.id === id ? undefined : each));
    refresh('listTokens');
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    void create.run(new FormData(form)).then((ok) => ok && form.reset());
  };
  return (
    <section className="box">
      <h2 className="box-h">
        Personal tokens <small>for docker login, CI and the assay command</small>
      </h2>
      {made && <Secret made={made} name={name} />}
      <Loaded resource={tokens} what="The tokens could not be listed." rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No tokens yet" />
          ) : (
            <table className="cards">
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">May</th>
                  <th scope="col">Created</th>
                  <th scope="col">Last used</th>
                  <th scope="col">Ends</th>
                  <th scope="col">
                    <span className="sr">Action</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((token) => (
                  <tr key={token.id}>
                    <td className="t">
                      <span className="name">{token.name}</span>
                    </td>
                    <td className="q2">
                      {token.use === 'feeds' ? 'feeds alone' : token.readOnly ? 'read' : 'read and write'}
                    </td>
                    <td className="q2 nw x">
                      <Time at={token.createdAt} />
                    </td>
                    <td className="q2 nw">{token.lastUsedAt ? <Time at={token.lastUsedAt} /> : 'never used'}</td>
                    <td className="q2 nw">
                      <Time at={token.expiresAt} />
                    </td>
                    <td className="r">
                      <button
                        type="button"
                        className="btn quiet"
                        disabled={revoke.busy}
                        onClick={() => void revoke.run(token.id)}
                      >
                        Revoke<span className="sr"> {token.name}</span>
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
      <form className="pad form line-top" onSubmit={submit}>
        <div className="rowf">
          <label className="f">
            Name
            <input name="name" required maxLength={100} autoComplete="off" placeholder="laptop" />
          </label>
          <label className="f">
            Lifetime
            <select name="days" defaultValue="90">
              <option value="1">1 day</option>
              <option value="7">7 days</option>
              <option value="30">30 days</option>
              <option value="90">90 days</option>
              <option value="366">1 year</option>
            </select>
          </label>
          <label className="check">
            <input name="readOnly" type="checkbox" /> read only
          </label>
          <button type="submit" className="btn" disabled={create.busy}>
            Make token
          </button>
        </div>
        <Refused error={create.error ?? revoke.error} />
      </form>
    </section>
  );
}

/** One's own password and tokens. */
export function AccountPage() {
  const me = useMe();
  return (
    <>
      <PageHead title={me.name ?? 'Account'} name="Account">
        <p className="sub">{me.name ? `Your password and your tokens on ${me.registryHost}.` : ''}</p>
      </PageHead>
      {me.name === undefined ? (
        <div className="box">
          <Empty title="You are not signed in">
            <Link href="/signin?next=/account">Sign in</Link>
          </Empty>
        </div>
      ) : (
        <div className="stack narrow-stack">
          {me.hasPassword && <Password />}
          {me.hasPassword && <SecondFactor />}
          <Passkeys />
          <Tokens name={me.name} />
        </div>
      )}
    </>
  );
}
