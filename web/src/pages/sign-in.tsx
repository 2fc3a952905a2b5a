import { type FormEvent, useEffect, useRef } from 'react';
import { call } from '../api/client.ts';
import { forgetAll, useAction } from '../api/resource.ts';
import { typed } from '../model/form.ts';
import { safeReturn } from '../model/addresses.ts';
import { useTitle } from '../parts/page.tsx';
import { Refused } from '../parts/states.tsx';
import { Link, navigate, useAddress } from '../shell/router.tsx';
import { useMe } from '../shell/session.tsx';

/** The door of the house; after it one stands where one wanted to go. */
export function SignInPage() {
  const me = useMe();
  const { query } = useAddress();
  const next = safeReturn(query.get('next'));
  useTitle('Sign in');
  const signIn = useAction(async (name: string, password: string) => {
    await call('signIn', { body: { name, password } });
    forgetAll();
    navigate(next, { replace: true });
  });
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!signIn.error || !password.current) return;
    password.current.focus();
    password.current.select();
  }, [signIn.error]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void signIn.run(typed(form, 'name'), typed(form, 'password'));
  };
  return (
    <main className="gate" id="main">
      <form onSubmit={submit} aria-labelledby="signin-h">
        <svg className="mk" aria-hidden="true">
          <use href="#logo" />
        </svg>
        <div>
          <h1 id="signin-h">Sign in to {me.registryHost}</h1>
          <p className="q2">
            {me.name
              ? `You are signed in as ${me.name}; this changes who you are.`
              : 'The same name and password as for docker login.'}
          </p>
        </div>
        <label className="f">
          Name
          <input
            name="name"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            maxLength={64}
            autoFocus
          />
        </label>
        <label className="f">
          Password
          <input
            ref={password}
            type="password"
            name="password"
            autoComplete="current-password"
            required
            maxLength={256}
          />
        </label>
        <Refused error={signIn.error} />
        <button className="btn primary" type="submit" disabled={signIn.busy} aria-busy={signIn.busy}>
          {signIn.busy ? 'Signing in …' : 'Sign in'}
        </button>
        <p className="q3 small">
          On the first start the server prints the password of <code>admin</code> once.{' '}
          <Link href="/repositories">Look at what is public</Link>
        </p>
      </form>
      <p className="q3 small">Assay {me.version}</p>
    </main>
  );
}
