import { call } from '../api/client.ts';
import { refresh, useAction, useResource } from '../api/resource.ts';
import { typed } from '../model/form.ts';
import { size } from '../model/format.ts';
import { Asked, Field } from '../parts/asked.tsx';
import { PageHead } from '../parts/page.tsx';
import { Rows } from '../parts/rows.tsx';
import { Loaded } from '../parts/states.tsx';
import { Time } from '../parts/time.tsx';
import { Link } from '../shell/router.tsx';
import { useMe } from '../shell/session.tsx';

/** Organisations that one works in. */
export function OrganisationsPage() {
  const me = useMe();
  const organisations = useResource('listOrganisations', me.name === undefined ? undefined : {});
  const create = useAction(async (form: FormData) => {
    await call('createOrganisation', {
      body: { name: typed(form, 'name').trim(), description: typed(form, 'description').trim() },
    });
    refresh('listOrganisations');
  });
  return (
    <>
      <PageHead title="Organisations" name="Organisations">
        <p className="sub">
          The first part of a repository’s name is its organisation; teams and robots belong to one.
        </p>
      </PageHead>
      <section className="box">
        <Loaded resource={organisations} what="The organisations could not be listed." rows={3}>
          {({ items }) => (
            <Rows
              head={['Name', 'Description', 'May store', 'Created']}
              empty="You hold no role in any organisation"
              rows={items.map((each) => ({
                key: each.name,
                cells: [
                  <Link key="name" href={`/organisations/${each.name}`}>
                    {each.name}
                  </Link>,
                  each.description,
                  each.maxBytes === undefined ? 'without limit' : size(each.maxBytes),
                  <Time key="at" at={each.createdAt} />,
                ],
              }))}
            />
          )}
        </Loaded>
        {me.administrator && (
          <Asked action={create} button="Create organisation">
            <Field label="Name" name="name" required maxLength={100} />
            <Field label="Description" name="description" maxLength={1000} />
          </Asked>
        )}
      </section>
    </>
  );
}
