import { useState } from 'react';
import { type Answer, call } from '../api/client.ts';
import { refresh, useAction } from '../api/resource.ts';
import { typed } from '../model/form.ts';
import { Asked, Field } from '../parts/asked.tsx';
import { SecretOnce } from '../parts/secret-once.tsx';
import { useMe } from '../shell/session.tsx';

/** Codes of an authenticator application beside the password. */
export function SecondFactor() {
  const me = useMe();
  const [offer, setOffer] = useState<Answer<'offerSecondFactor'>>();
  const begin = useAction(async (form: FormData) =>
    setOffer(await call('offerSecondFactor', { body: { password: typed(form, 'password') } })),
  );
  const confirm = useAction(async (form: FormData) => {
    await call('confirmSecondFactor', { body: { code: typed(form, 'code') } });
    setOffer(undefined);
    refresh('getMe');
  });
  const remove = useAction(async (form: FormData) => {
    await call('removeSecondFactor', { query: { code: typed(form, 'code') } });
    refresh('getMe');
  });
  return (
    <section className="box">
      <h2 className="box-h">
        Second factor{' '}
        <small>{me.secondFactor ? 'is on: signing in asks for a code' : 'codes of an application are off'}</small>
      </h2>
      {me.secondFactor ? (
        <Asked action={remove} button="Turn off">
          <Field label="Code" name="code" required maxLength={20} autoComplete="one-time-code" />
        </Asked>
      ) : offer ? (
        <>
          <SecretOnce name="The secret for your authenticator application" secret={offer.secret} label="Copy secret" />
          <p className="pad q2 break">
            Or open <a href={offer.address}>{offer.address}</a>
          </p>
          <Asked action={confirm} button="Turn on">
            <Field label="Code that it shows" name="code" required maxLength={20} autoComplete="one-time-code" />
          </Asked>
        </>
      ) : (
        <Asked action={begin} button="Set up">
          <Field label="Password" name="password" type="password" required autoComplete="current-password" />
        </Asked>
      )}
    </section>
  );
}
