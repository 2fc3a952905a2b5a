import { type FormEvent, useEffect, useRef, useState } from 'react';
import { call } from '../api/client.ts';
import { forgetAll, useAction, useResource } from '../api/resource.ts';
import { typed } from '../model/form.ts';
import { safeReturn } from '../model/addresses.ts';
import { canUsePasskeys, signInWithPasskey } from '../model/passkeys.ts';
import { useTitle } from '../parts/page.tsx';
import { Glyph } from '../parts/marks.tsx';
import { Refused } from '../parts/states.tsx';
import { Link, navigate, useAddress } from '../shell/router.tsx';
import { useMe } from '../shell/session.tsx';

/** What a provider's sign-in ended with, in words. */
const refusals: Readonly<Record<string, string>> = {
  'directory-refused': 'The provider did not vouch for you, or that sign-in was begun elsewhere. Try again.',
  'directory-unreachable': 'The provider cannot be reached now.',
  'credentials-invalid': 'That account may not sign in here.',
  'too-many-requests': 'Too many sign-ins are under way; wait and try again.',
};

/** The door of the house; after it one stands where one wanted to go. */
export function SignInPage() {
  const me = useMe();
  const { query } = useAddress();
  const next = safeReturn(query.get('next'));
  useTitle('Sign in');
  const providers = useResource('listProviders', {});
  const failed = query.get('failed');
  const signIn = useAction(async (name: string, password: string, code: string) => {
    await call('signIn', { body: { name, password, ...(code !== '' && { code }) } });
    forgetAll();
    navigate(next, { replace: true });
  });
  const byPasskey = useAction(async () => {
    await signInWithPasskey();
    forgetAll();
    navigate(next, { replace: true });
  });
  const [asksCode, setAsksCode] = useState(false);
  const needsCode = signIn.error?.code === 'second-factor-required';
  useEffect(() => {
    if (needsCode) setAsksCode(true);
  }, [needsCode]);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!signIn.error || !password.current) return;
    password.current.focus();
    password.current.select();
  }, [signIn.error]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void signIn.run(typed(form, 'name'), typed(form, 'password'), typed(form, 'code'));
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
        {asksCode && (
          <label className="f">
            Code of your authenticator application, or use a passkey below
            <input name="code" inputMode="numeric" autoComplete="one-time-code" required maxLength={20} autoFocus />
          </label>
        )}
        {failed && !signIn.error && (
          <p className="v bad refusal" role="alert">
            <Glyph tone="bad" />
            <span>{refusals[failed] ?? 'That sign-in did not work.'}</span>
          </p>
        )}
        <Refused error={byPasskey.error ?? (needsCode ? undefined : signIn.error)} />
        <button className="btn primary" type="submit" disabled={signIn.busy} aria-busy={signIn.busy}>
          {signIn.busy ? 'Signing in …' : 'Sign in'}
        </button>
        {canUsePasskeys() && (
          <button type="button" className="btn" disabled={byPasskey.busy} onClick={() => void byPasskey.run()}>
            Sign in with a passkey
          </button>
        )}
        {providers.data?.items.map(({ name }) => (
          <a
            key={name}
            className="btn"
            href={`/oidc/start?provider=${encodeURIComponent(name)}&next=${encodeURIComponent(next)}`}
          >
            Sign in with {name}
          </a>
        ))}
        <p className="q3 small">
          On the first start the server prints the password of <code>admin</code> once.{' '}
          <Link href="/repositories">Look at what is public</Link>
        </p>
      </form>
      <p className="q3 small">Assay {me.version}</p>
    </main>
  );
}
