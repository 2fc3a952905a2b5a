import { call } from '../../api/client.ts';
import { refresh, useAction, useResource } from '../../api/resource.ts';
import { typed } from '../../model/form.ts';
import { Asked, Field } from '../../parts/asked.tsx';
import { RowButton, Rows } from '../../parts/rows.tsx';
import { Loaded, Refused } from '../../parts/states.tsx';

const actions = ['pull', 'push', 'delete', 'manage', 'sign', 'audit', 'inspect'] as const;

/** What each role may do; an organisation's own roles beside the built-in ones. */
export function Roles({ organisation, owns }: { organisation: string; owns: boolean }) {
  const roles = useResource('listRoles', { params: { organisation } });
  const put = useAction(async (form: FormData) => {
    const chosen = actions.filter((action) => form.get(action) === 'on');
    await call('putRole', {
      params: { organisation, name: typed(form, 'name').trim() },
      body: { description: typed(form, 'description').trim(), actions: [...chosen] },
    });
    refresh('listRoles');
  });
  const remove = useAction(async (name: string) => {
    await call('deleteRole', { params: { organisation, name } });
    refresh('listRoles');
  });
  return (
    <section className="box">
      <h2 className="box-h">Roles</h2>
      <Loaded resource={roles} what="The roles could not be listed." rows={6}>
        {({ items }) => (
          <Rows
            head={['Role', 'May', 'Meaning']}
            empty="No roles"
            rows={items.map((each) => ({
              key: each.name,
              cells: [each.name, each.actions.join(', '), each.description],
              ...(owns &&
                !each.builtIn && {
                  action: (
                    <RowButton of={each.name} busy={remove.busy} onClick={() => void remove.run(each.name)}>
                      Delete
                    </RowButton>
                  ),
                }),
            }))}
          />
        )}
      </Loaded>
      <Refused error={remove.error} />
      {owns && (
        <Asked action={put} button="Set role">
          <Field label="Name of an own role" name="name" required maxLength={40} />
          <Field label="Meaning" name="description" maxLength={1000} />
          {actions.map((action) => (
            <label key={action} className="check">
              <input type="checkbox" name={action} /> {action}
            </label>
          ))}
        </Asked>
      )}
    </section>
  );
}
