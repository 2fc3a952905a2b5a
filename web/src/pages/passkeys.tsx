import { useState } from 'react';
import { call } from '../api/client.ts';
import { refresh, useAction, useResource } from '../api/resource.ts';
import { typed } from '../model/form.ts';
import { addPasskey, canUsePasskeys } from '../model/passkeys.ts';
import { Asked, Field } from '../parts/asked.tsx';
import { RowButton, Rows } from '../parts/rows.tsx';
import { Loaded, Notice, Refused } from '../parts/states.tsx';
import { Time } from '../parts/time.tsx';

/** Passkeys of the account: they sign in by themselves, and with one the password alone no longer does. */
export function Passkeys() {
  const passkeys = useResource('listPasskeys', {});
  const [renaming, setRenaming] = useState<string>();
  const add = useAction(async (form: FormData) => {
    await addPasskey(typed(form, 'name').trim());
    refresh('listPasskeys', 'getMe', 'listTokens');
  });
  const rename = useAction(async (form: FormData) => {
    if (renaming === undefined) return;
    await call('renamePasskey', { params: { id: renaming }, body: { name: typed(form, 'name').trim() } });
    setRenaming(undefined);
    refresh('listPasskeys');
  });
  const remove = useAction(async (id: string) => {
    await call('removePasskey', { params: { id } });
    refresh('listPasskeys', 'getMe');
  });
  return (
    <section className="box">
      <h2 className="box-h">
        Passkeys <small>sign in without a password; with one, the password alone opens nothing any more</small>
      </h2>
      <Loaded resource={passkeys} what="The passkeys could not be listed." rows={2}>
        {({ items }) => (
          <Rows
            head={['Name', 'Site', 'Made', 'Last used', 'State']}
            empty="No passkeys yet"
            rows={items.map((each) => ({
              key: each.id,
              cells: [
                each.name,
                each.site,
                <Time key="made" at={each.createdAt} />,
                each.lastUsedAt ? <Time key="used" at={each.lastUsedAt} /> : 'never used',
                each.suspected
                  ? 'a copy may exist: remove it'
                  : each.backedUp
                    ? 'kept with its provider'
                    : 'on one device',
              ],
              action: (
                <>
                  <RowButton of={each.name} onClick={() => setRenaming(renaming === each.id ? undefined : each.id)}>
                    Rename
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
      {renaming !== undefined && (
        <Asked action={rename} button="Save name">
          <Field label="New name" name="name" required maxLength={100} />
        </Asked>
      )}
      {canUsePasskeys() ? (
        <Asked action={add} button="Add a passkey">
          <Field label="Name of the passkey" name="name" required placeholder="laptop" maxLength={100} />
        </Asked>
      ) : (
        <Notice tone="unknown">
          Browsers have passkeys for names over HTTPS and for localhost, not for addresses.
        </Notice>
      )}
    </section>
  );
}
