import { call } from '../../api/client.ts';
import { refresh, useAction, useResource } from '../../api/resource.ts';
import { typed } from '../../model/form.ts';
import { Asked, Choice, Field } from '../../parts/asked.tsx';
import { RowButton, Rows } from '../../parts/rows.tsx';
import { Loaded, Refused } from '../../parts/states.tsx';

/** Who holds a role on the whole organisation. */
export function Members({ organisation }: { organisation: string }) {
  const params = { organisation };
  const grants = useResource('listOrganisationGrants', { params });
  const roles = useResource('listRoles', { params });
  const give = useAction(async (form: FormData) => {
    const account = typed(form, 'account').trim();
    await call('setOrganisationGrant', { params: { organisation, account }, body: { role: typed(form, 'role') } });
    refresh('listOrganisationGrants');
  });
  const take = useAction(async (account: string) => {
    await call('removeOrganisationGrant', { params: { organisation, account } });
    refresh('listOrganisationGrants');
  });
  return (
    <section className="box">
      <h2 className="box-h">
        Members <small>roles on every repository of {organisation}</small>
      </h2>
      <Loaded resource={grants} what="The members could not be listed." rows={2}>
        {({ items }) => (
          <Rows
            head={['Account', 'Role', 'May']}
            empty="Nobody but administrators"
            rows={items.map((each) => ({
              key: each.account,
              cells: [each.account, each.role, each.actions.join(', ')],
              action: (
                <RowButton of={each.account} busy={take.busy} onClick={() => void take.run(each.account)}>
                  Remove
                </RowButton>
              ),
            }))}
          />
        )}
      </Loaded>
      <Refused error={take.error} />
      <Asked action={give} button="Give role">
        <Field label="Account, robot, or team:name" name="account" required maxLength={170} />
        <Choice
          label="Role"
          name="role"
          options={(roles.data?.items ?? []).map(
            (each) => [each.name, each.description ? `${each.name}: ${each.description}` : each.name] as const,
          )}
        />
      </Asked>
    </section>
  );
}
