import { useState } from 'react';
import { call } from '../../api/client.ts';
import { refresh, useAction, useResource } from '../../api/resource.ts';
import { typed } from '../../model/form.ts';
import { Asked, Field } from '../../parts/asked.tsx';
import { RowButton, Rows } from '../../parts/rows.tsx';
import { Loaded, Refused } from '../../parts/states.tsx';

function TeamMembers({ organisation, team, owns }: { organisation: string; team: string; owns: boolean }) {
  const params = { organisation, team };
  const members = useResource('listTeamMembers', { params });
  const add = useAction(async (form: FormData) => {
    await call('addTeamMember', { params: { ...params, account: typed(form, 'account').trim() } });
    refresh('listTeamMembers', 'listTeams');
  });
  const remove = useAction(async (account: string) => {
    await call('removeTeamMember', { params: { ...params, account } });
    refresh('listTeamMembers', 'listTeams');
  });
  return (
    <section className="box">
      <h2 className="box-h">
        {team} <small>roles are given to team:{team}</small>
      </h2>
      <Loaded resource={members} what="The members could not be listed." rows={2}>
        {({ items }) => (
          <Rows
            head={['Account', 'Member by']}
            empty="Nobody yet"
            rows={items.map((each) => ({
              key: each.account,
              cells: [
                each.account,
                each.sources.map((source) => (source === 'local' ? 'hand' : 'directory')).join(', '),
              ],
              ...(owns &&
                each.sources.includes('local') && {
                  action: (
                    <RowButton of={each.account} busy={remove.busy} onClick={() => void remove.run(each.account)}>
                      Remove
                    </RowButton>
                  ),
                }),
            }))}
          />
        )}
      </Loaded>
      <Refused error={remove.error} />
      {owns && (
        <Asked action={add} button="Add member">
          <Field label="Account" name="account" required maxLength={170} />
        </Asked>
      )}
    </section>
  );
}

/** Teams of an organisation; one is open at a time. */
export function Teams({ organisation, owns }: { organisation: string; owns: boolean }) {
  const teams = useResource('listTeams', { params: { organisation } });
  const [open, setOpen] = useState<string>();
  const create = useAction(async (form: FormData) => {
    const name = typed(form, 'name').trim();
    await call('createTeam', {
      params: { organisation },
      body: { name, description: typed(form, 'description').trim() },
    });
    refresh('listTeams');
    setOpen(name);
  });
  const remove = useAction(async (team: string) => {
    await call('deleteTeam', { params: { organisation, team } });
    setOpen(undefined);
    refresh('listTeams');
  });
  return (
    <div className="stack">
      <section className="box">
        <h2 className="box-h">Teams</h2>
        <Loaded resource={teams} what="The teams could not be listed." rows={2}>
          {({ items }) => (
            <Rows
              head={['Name', 'Members', 'Description']}
              empty="No teams yet"
              rows={items.map((each) => ({
                key: each.name,
                cells: [each.name, each.members, each.description],
                action: (
                  <>
                    <RowButton of={each.name} onClick={() => setOpen(open === each.name ? undefined : each.name)}>
                      {open === each.name ? 'Close' : 'Members'}
                    </RowButton>
                    {owns && (
                      <RowButton of={each.name} busy={remove.busy} onClick={() => void remove.run(each.name)}>
                        Delete
                      </RowButton>
                    )}
                  </>
                ),
              }))}
            />
          )}
        </Loaded>
        <Refused error={remove.error} />
        {owns && (
          <Asked action={create} button="Create team">
            <Field label="Name" name="name" required maxLength={60} />
            <Field label="Description" name="description" maxLength={1000} />
          </Asked>
        )}
      </section>
      {open !== undefined && <TeamMembers organisation={organisation} team={open} owns={owns} />}
    </div>
  );
}
