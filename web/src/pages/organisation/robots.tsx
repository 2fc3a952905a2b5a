import { useState } from 'react';
import { type Answer, call } from '../../api/client.ts';
import { refresh, useAction, useResource } from '../../api/resource.ts';
import { typed } from '../../model/form.ts';
import { Asked, Choice, Field } from '../../parts/asked.tsx';
import { RowButton, Rows } from '../../parts/rows.tsx';
import { SecretOnce } from '../../parts/secret-once.tsx';
import { Loaded, Refused } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';

const days = [1, 7, 30, 90, 366].map((count) => [String(count), count === 1 ? '1 day' : `${count} days`] as const);

/** Robot accounts and their tokens. */
export function Robots({ organisation }: { organisation: string }) {
  const robots = useResource('listRobots', { params: { organisation } });
  const [made, setMade] = useState<Answer<'createRobotToken'>>();
  const short = (name: string) => name.slice(organisation.length + 1);
  const create = useAction(async (form: FormData) => {
    await call('createRobot', { params: { organisation }, body: { name: typed(form, 'name').trim() } });
    refresh('listRobots');
  });
  const issue = useAction(async (form: FormData) => {
    const repository = typed(form, 'repository').trim();
    const push = form.get('push') === 'on';
    setMade(
      await call('createRobotToken', {
        params: { organisation, robot: typed(form, 'robot') },
        body: {
          name: typed(form, 'name').trim(),
          days: Number(form.get('days')),
          ...(repository !== '' && { limits: [{ repository, actions: push ? ['pull', 'push'] : ['pull'] }] }),
        },
      }),
    );
    refresh('listRobots');
  });
  const revoke = useAction(async (robot: string, id: string) => {
    await call('revokeRobotToken', { params: { organisation, robot, id } });
    refresh('listRobots');
  });
  const remove = useAction(async (robot: string) => {
    await call('deleteRobot', { params: { organisation, robot } });
    refresh('listRobots');
  });
  return (
    <div className="stack">
      <section className="box">
        <h2 className="box-h">
          Robots <small>accounts of machines; roles are given to them by name</small>
        </h2>
        <Loaded resource={robots} what="The robots could not be listed." rows={2}>
          {({ items }) => (
            <Rows
              head={['Name', 'Tokens', 'Created']}
              empty="No robots yet"
              rows={items.map((each) => ({
                key: each.name,
                cells: [each.name, each.tokens.length, <Time key="at" at={each.createdAt} />],
                action: (
                  <RowButton of={each.name} busy={remove.busy} onClick={() => void remove.run(short(each.name))}>
                    Delete
                  </RowButton>
                ),
              }))}
            />
          )}
        </Loaded>
        <Refused error={remove.error} />
        <Asked action={create} button="Create robot">
          <Field label={`Name, after ${organisation}+`} name="name" required maxLength={60} />
        </Asked>
      </section>
      {(robots.data?.items.length ?? 0) > 0 && (
        <section className="box">
          <h2 className="box-h">
            Tokens of robots <small>for docker login with the robot’s name</small>
          </h2>
          {made && <SecretOnce name={made.token.name} secret={made.secret} label="Copy token" />}
          <Rows
            head={['Token', 'Robot', 'May', 'Last used', 'Ends']}
            empty="No tokens yet"
            rows={(robots.data?.items ?? []).flatMap((robot) =>
              robot.tokens.map((token) => ({
                key: token.id,
                cells: [
                  token.name,
                  robot.name,
                  token.limits
                    ? token.limits
                        .map((limit) => `${limit.repository ?? limit.organisation}: ${limit.actions.join(', ')}`)
                        .join('; ')
                    : 'what its roles allow',
                  token.lastUsedAt ? <Time key="used" at={token.lastUsedAt} /> : 'never used',
                  <Time key="ends" at={token.expiresAt} />,
                ],
                action: (
                  <RowButton
                    of={token.name}
                    busy={revoke.busy}
                    onClick={() => void revoke.run(short(robot.name), token.id)}
                  >
                    Revoke
                  </RowButton>
                ),
              })),
            )}
          />
          <Refused error={revoke.error} />
          <Asked action={issue} button="Make token">
            <Choice
              label="Robot"
              name="robot"
              options={(robots.data?.items ?? []).map((each) => [short(each.name), each.name] as const)}
            />
            <Field label="Name" name="name" required maxLength={100} placeholder="deploy" />
            <Choice label="Lifetime" name="days" options={days} value="90" />
            <Field label="Only for repository" name="repository" placeholder={`${organisation}/app`} />
            <label className="check">
              <input type="checkbox" name="push" /> may push there
            </label>
          </Asked>
        </section>
      )}
    </div>
  );
}
