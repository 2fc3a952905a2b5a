import { type FormEvent, useState } from 'react';
import { call } from '../api/client.ts';
import { refresh, useAction } from '../api/resource.ts';
import { typed } from '../model/form.ts';
import { repositoryAddress } from '../model/addresses.ts';
import { PageHead } from '../parts/page.tsx';
import { Refused } from '../parts/states.tsx';
import { Link, navigate, useAddress } from '../shell/router.tsx';
import { useMe } from '../shell/session.tsx';

const NAME = '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*';

/** An empty repository with its visibility decided before anything is in it. */
export function NewRepositoryPage() {
  const me = useMe();
  const { full } = useAddress();
  const [name, setName] = useState('');
  const create = useAction(async (form: FormData) => {
    const made = await call('createRepository', {
      body: {
        name: typed(form, 'name').trim(),
        visibility: form.get('visibility') === 'public' ? 'public' : 'private',
        description: typed(form, 'description').trim(),
      },
    });
    refresh('listRepositories');
    navigate(repositoryAddress(made.name));
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void create.run(new FormData(event.currentTarget));
  };
  return (
    <>
      <PageHead
        crumbs={[{ label: 'Repositories', href: '/repositories' }]}
        title="New repository"
        name="New repository"
      >
        <p className="sub">A push creates a private one by itself; make it here to decide first who may see it.</p>
      </PageHead>
      {!me.name ? (
        <p>
          <Link href={`/signin?next=${encodeURIComponent(full)}`}>Sign in</Link> to create a repository.
        </p>
      ) : (
        <form className="box pad form narrow" onSubmit={submit}>
          <label className="f">
            Name
            <input
              name="name"
              required
              maxLength={255}
              pattern={NAME}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              placeholder="shop/storefront"
              value={name}
              onChange={(event) => setName(event.target.value)}
              aria-describedby="name-hint"
            />
            <span id="name-hint">
              Clients will write <code>{`${me.registryHost}/${name || 'shop/storefront'}`}</code>. Lower case; the part
              before the first slash is the organisation.
            </span>
          </label>
          <fieldset className="choice">
            <legend>Who may pull</legend>
            <label>
              <input type="radio" name="visibility" value="private" defaultChecked />
              <span>
                <b>Private</b> only accounts with a role on it
              </span>
            </label>
            <label>
              <input type="radio" name="visibility" value="public" />
              <span>
                <b>Public</b> everybody who reaches this registry, without signing in
              </span>
            </label>
          </fieldset>
          <label className="f">
            Description
            <input name="description" maxLength={1000} autoComplete="off" placeholder="What the image is for" />
          </label>
          <Refused error={create.error} />
          <div className="rowf">
            <button type="submit" className="btn primary" disabled={create.busy}>
              Create repository
            </button>
            <Link className="btn quiet" href="/repositories">
              Cancel
            </Link>
          </div>
        </form>
      )}
    </>
  );
}
