import { type FormEvent, useState } from 'react';
import { call } from '../../api/client.ts';
import { refresh, useAction, useResource } from '../../api/resource.ts';
import { typed } from '../../model/form.ts';
import { Command } from '../../parts/copy.tsx';
import { Loaded, Refused } from '../../parts/states.tsx';
import { navigate } from '../../shell/router.tsx';
import { repositoryAddress } from '../../model/addresses.ts';
import { isBuiltIn, roleWords, roles } from '../../model/roles.ts';
import { ConfirmByName } from './confirm-by-name.tsx';
import type { Repository } from './repository.tsx';

function General({ repository }: { repository: Repository }) {
  const save = useAction(async (form: FormData) => {
    await call('updateRepository', {
      params: { repository: repository.name },
      body: {
        visibility: form.get('visibility') === 'public' ? 'public' : 'private',
        description: typed(form, 'description').trim(),
      },
    });
    refresh('getRepository', 'listRepositories');
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void save.run(new FormData(event.currentTarget));
  };
  return (
    <section className="box">
      <h2 className="box-h">General</h2>
      <form className="pad form" onSubmit={submit} key={`${repository.visibility} ${repository.description}`}>
        <fieldset className="choice">
          <legend>Who may pull</legend>
          <label>
            <input
              type="radio"
              name="visibility"
              value="private"
              defaultChecked={repository.visibility === 'private'}
            />
            <span>
              <b>Private</b> only accounts with a role on it
            </span>
          </label>
          <label>
            <input type="radio" name="visibility" value="public" defaultChecked={repository.visibility === 'public'} />
            <span>
              <b>Public</b> everybody who reaches this registry
            </span>
          </label>
        </fieldset>
        <label className="f">
          Description
          <input name="description" maxLength={1000} defaultValue={repository.description} />
        </label>
        <Refused error={save.error} />
        <div className="rowf">
          <button type="submit" className="btn primary" disabled={save.busy}>
            Save
          </button>
        </div>
      </form>
    </section>
  );
}

function Members({ repository }: { repository: string }) {
  const grants = useResource('listGrants', { params: { repository } });
  const give = useAction(async (account: string, role: string) => {
    await call('setGrant', { params: { repository, account }, body: { role } });
    refresh('listGrants');
  });
  const take = useAction(async (account: string) => {
    await call('removeGrant', { params: { repository, account } });
    refresh('listGrants');
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    void give.run(typed(data, 'account').trim(), typed(data, 'role')).then((done) => done && form.reset());
  };
  return (
    <section className="box">
      <h2 className="box-h">
        Members <small>who holds which role here</small>
      </h2>
      <Loaded resource={grants} what="The members could not be listed." rows={2}>
        {({ items }) => (
          <table className="cards">
            <thead>
              <tr>
                <th scope="col">Account</th>
                <th scope="col">Role</th>
                <th scope="col">Given on</th>
                <th scope="col">
                  <span className="sr">Action</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {items.length === 0 && (
                <tr>
                  <td colSpan={4} className="q2">
                    Nobody but administrators.
                  </td>
                </tr>
              )}
              {items.map((grant) => (
                <tr key={grant.account + grant.on}>
                  <td className="t">
                    <span className="name">{grant.account}</span>
                  </td>
                  <td>
                    {grant.role} <span className="q3">{isBuiltIn(grant.role) ? roleWords[grant.role] : ''}</span>
                  </td>
                  <td className="q2">{grant.on}</td>
                  <td className="r">
                    {grant.on === 'repository' && (
                      <button
                        type="button"
                        className="btn quiet"
                        disabled={take.busy}
                        onClick={() => void take.run(grant.account)}
                      >
                        Remove<span className="sr"> {grant.account}</span>
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
      <form className="pad form line-top" onSubmit={submit}>
        <div className="rowf">
          <label className="f">
            Account, or team:name
            <input
              name="account"
              required
              maxLength={170}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
            />
          </label>
          <label className="f">
            Role
            <select name="role" defaultValue="reader">
              {roles.map((role) => (
                <option key={role} value={role}>
                  {role}: {roleWords[role]}
                </option>
              ))}
            </select>
          </label>
          <button type="submit" className="btn" disabled={give.busy}>
            Give role
          </button>
        </div>
        <Refused error={give.error ?? take.error} />
      </form>
    </section>
  );
}

/** What becomes of trust data when its repository is copied, renamed or deleted; the signed name holds host and repository. */
function TrustFate({ guns }: { guns: readonly string[] }) {
  return (
    <section className="box">
      <h2 className="box-h">
        Trust data <small>signed as {guns.join(', ')}</small>
      </h2>
      <div className="pad form">
        <p className="q2">
          <b>Copied</b> to another repository or registry, an image comes without its Notary and TUF signatures: they
          are of the name as well as of the image. Sign it there under its new name.
        </p>
        <p className="q2">
          <b>Renamed</b> with the repository, it stays under the name that was signed: clients find it by the old name
          for 90 days, and nothing by the new one until it is signed anew.
        </p>
        <p className="q2">
          <b>Deleted</b> with the repository, trust data goes only after a second confirmation. Clients that have seen
          it refuse another repository of this name until they forget it.
        </p>
        <Command line={`assay trust export ${guns[0]} ./trust`} />
      </div>
    </section>
  );
}

/** Another name in the same organisation. Where it is signed, that signatures stay behind is confirmed by the new name. */
function Rename({ repository }: { repository: string }) {
  const [organisation, ...rest] = repository.split('/');
  const rename = useAction(async (name: string, withTrust: boolean) => {
    const now = await call('renameRepository', { params: { repository }, body: { name, withTrust } });
    refresh('getRepository', 'listRepositories');
    navigate(repositoryAddress(now.name));
  });
  const [wanted, setWanted] = useState('');
  const asksForTrust = rename.error?.code === 'trust-present';
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = `${organisation}/${typed(new FormData(event.currentTarget), 'name').trim()}`;
    setWanted(name);
    void rename.run(name, false);
  };
  return (
    <section className="box">
      <h2 className="box-h">Rename the repository</h2>
      <div className="pad form">
        <p className="q2">Pulls of {repository} go on for 90 days; pushes are told the new name.</p>
        <form className="rowf" onSubmit={submit}>
          <label className="f">
            Name in {organisation}
            <input
              name="name"
              required
              maxLength={200}
              defaultValue={rest.join('/')}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
            />
          </label>
          <button type="submit" className="btn" disabled={rename.busy}>
            Rename
          </button>
        </form>
        <Refused error={rename.error} />
        {asksForTrust && (
          <ConfirmByName
            name={wanted}
            action="Rename without its signatures"
            busy={rename.busy}
            onConfirm={() => void rename.run(wanted, true)}
          />
        )}
      </div>
    </section>
  );
}

/** What a maintainer may change: who sees it, who works on it, and its end. */
export function Settings({ repository }: { repository: Repository }) {
  const trust = useResource('listTrust', { params: { repository: repository.name }, query: { limit: 20 } });
  const signed = trust.data?.items ?? [];
  const remove = useAction(async (withTrust: boolean) => {
    await call('deleteRepository', {
      params: { repository: repository.name },
      query: { withTrust: String(withTrust) },
    });
    refresh('listRepositories');
    navigate('/repositories');
  });
  const asksForTrust = remove.error?.code === 'trust-present';
  return (
    <div className="stack narrow-stack">
      <General repository={repository} />
      <Members repository={repository.name} />
      {repository.rights.includes('manage') && <Rename repository={repository.name} />}
      {signed.length > 0 && <TrustFate guns={signed.map(({ gun }) => gun)} />}
      {repository.rights.includes('delete') && (
        <section className="box">
          <h2 className="box-h">Delete the repository</h2>
          <div className="pad form">
            <p className="q2">Every tag and image in it goes. It cannot be undone.</p>
            <ConfirmByName
              name={repository.name}
              action="Delete repository"
              busy={remove.busy}
              onConfirm={() => void remove.run(false)}
            />
            <Refused error={remove.error} />
            {asksForTrust && (
              <ConfirmByName
                name="trust"
                action="Delete with its trust data"
                busy={remove.busy}
                onConfirm={() => void remove.run(true)}
              />
            )}
          </div>
        </section>
      )}
    </div>
  );
}
