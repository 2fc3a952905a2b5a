import { useState } from 'react';
import { call } from '../api/client.ts';
import { refresh, useAction } from '../api/resource.ts';
import { typed } from '../model/form.ts';
import { Asked, Field } from '../parts/asked.tsx';
import { SecretOnce } from '../parts/secret-once.tsx';

const DAYS = 366;

/** Addresses for a reader of Atom feeds: each holds a token that opens this feed and nothing else. */
export function Feeds() {
  const [made, setMade] = useState<{ readonly name: string; readonly address: string }>();
  const make = useAction(async (form: FormData) => {
    const place = typed(form, 'place').trim();
    const on = place.includes('/') ? { repository: place } : { organisation: place };
    const path = place === '' ? 'mine' : `${place.includes('/') ? 'repositories' : 'organisations'}/${place}`;
    const name = `feed of ${place === '' ? 'what I am told' : place}`.slice(0, 100);
    const { secret } = await call('createToken', {
      body: {
        name,
        use: 'feeds',
        days: DAYS,
        ...(place !== '' && { limits: [{ ...on, actions: ['pull'] }] }),
      },
    });
    setMade({ name, address: `${window.location.origin}/feeds/${secret}/${path}` });
    refresh('listTokens');
  });
  return (
    <section className="box">
      <h2 className="box-h">
        Feeds <small>Atom, for a reader; an address opens its feed alone and is revoked under Account</small>
      </h2>
      {made && <SecretOnce name={`The address of the ${made.name}`} secret={made.address} label="Copy address" />}
      <Asked action={make} button="Make an address">
        <Field label="Feed of, or nothing for what you are told" name="place" placeholder="shop/app" maxLength={255} />
      </Asked>
    </section>
  );
}
