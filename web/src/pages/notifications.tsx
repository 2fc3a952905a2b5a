import { useState } from 'react';
import { type Answer, call } from '../api/client.ts';
import { refresh, useAction, useResource } from '../api/resource.ts';
import { typed } from '../model/form.ts';
import { Asked, Choice, Field } from '../parts/asked.tsx';
import { PageHead } from '../parts/page.tsx';
import { RowButton, Rows } from '../parts/rows.tsx';
import { SecretOnce } from '../parts/secret-once.tsx';
import { Loaded, Notice, Refused } from '../parts/states.tsx';
import { Time } from '../parts/time.tsx';
import { useMe } from '../shell/session.tsx';
import { Feeds } from './feeds.tsx';

const formats = [
  ['cloudevents', 'CloudEvents'],
  ['slack', 'Slack'],
  ['teams', 'Microsoft Teams'],
] as const;
const severities = ['critical', 'high', 'medium', 'low'] as const;
type Severity = (typeof severities)[number];
type PlaceInput = { readonly repository?: string; readonly organisation?: string };

/** A repository when it has a slash, an organisation when it has none, the whole server when nothing is said. */
function placeOf(text: string): PlaceInput {
  const name = text.trim();
  return name === '' ? {} : name.includes('/') ? { repository: name } : { organisation: name };
}

function Following() {
  const subscriptions = useResource('listSubscriptions', {});
  const add = useAction(async (form: FormData) => {
    const minSeverity = severities.find((each) => each === form.get('severity')) ?? ('high' satisfies Severity);
    await call('createSubscription', { body: { ...placeOf(typed(form, 'place')), minSeverity } });
    refresh('listSubscriptions');
  });
  const remove = useAction(async (id: string) => {
    await call('deleteSubscription', { params: { id } });
    refresh('listSubscriptions');
  });
  return (
    <section className="box">
      <h2 className="box-h">
        Following <small>who pushed or pulled an image is told of critical and high without it</small>
      </h2>
      <Loaded resource={subscriptions} what="The subscriptions could not be listed." rows={2}>
        {({ items }) => (
          <Rows
            head={['What', 'From', 'Who']}
            empty="You follow nothing yet"
            rows={items.map((each) => ({
              key: each.id,
              cells: [each.repository ?? `all of ${each.organisation}`, `${each.minSeverity} on`, each.subscriber],
              action: (
                <RowButton
                  of={each.repository ?? each.organisation ?? ''}
                  busy={remove.busy}
                  onClick={() => void remove.run(each.id)}
                >
                  Stop
                </RowButton>
              ),
            }))}
          />
        )}
      </Loaded>
      <Refused error={remove.error} />
      <Asked action={add} button="Follow">
        <Field label="Repository or organisation" name="place" required placeholder="shop/app" maxLength={255} />
        <Choice label="From severity" name="severity" options={severities.map((each) => [each, each])} value="high" />
      </Asked>
    </section>
  );
}

function Told() {
  const notices = useResource('listNotices', {});
  const set = useAction(async (form: FormData) => {
    await call('setOwnEmail', { body: { email: typed(form, 'email').trim() || null } });
    refresh('listNotices');
  });
  return (
    <section className="box">
      <h2 className="box-h">What you were told</h2>
      <Loaded resource={notices} what="The notices could not be listed." rows={3}>
        {({ items, email, mail }) => (
          <>
            {!mail && <Notice tone="unknown">This server sends no mail; what there is to tell stands here.</Notice>}
            {mail && email === undefined && (
              <Notice tone="warn">There is no address for you; mail goes nowhere until you set one.</Notice>
            )}
            <Rows
              head={['News', 'When', 'Mailed']}
              empty="Nothing yet"
              rows={items.map((each) => ({
                key: each.id,
                cells: [
                  each.text,
                  <Time key="at" at={each.createdAt} />,
                  each.sentAt && mail && email !== undefined ? <Time key="sent" at={each.sentAt} /> : 'no',
                ],
              }))}
            />
            <Asked action={set} button="Set address">
              <Field label="Mail address" name="email" type="email" defaultValue={email ?? ''} maxLength={254} />
            </Asked>
          </>
        )}
      </Loaded>
    </section>
  );
}

function Deliveries({ id }: { id: string }) {
  const deliveries = useResource('listDeliveries', { params: { id }, query: { limit: 50 } });
  const replay = useAction(async (delivery: string) => {
    await call('replayDelivery', { params: { id, delivery } });
    refresh('listDeliveries');
  });
  return (
    <>
      <Loaded resource={deliveries} what="The deliveries could not be listed." rows={3}>
        {({ items }) => (
          <Rows
            head={['Event', 'Subject', 'State', 'Attempts', 'When']}
            empty="Nothing was sent yet"
            rows={items.map((each) => ({
              key: each.id,
              cells: [
                `${each.sequence} ${each.type.replace(/^dev\.assay\.|\.v\d+$/g, '')}`,
                each.subject,
                each.error ? `${each.state}: ${each.error}` : each.state,
                each.uncertain > 0 ? `${each.attempts}, ${each.uncertain} uncertain` : each.attempts,
                <Time key="at" at={each.createdAt} />,
              ],
              action: (
                <RowButton of={String(each.sequence)} busy={replay.busy} onClick={() => void replay.run(each.id)}>
                  Send again
                </RowButton>
              ),
            }))}
          />
        )}
      </Loaded>
      <Refused error={replay.error} />
    </>
  );
}

function Hooks() {
  const me = useMe();
  const [place, setPlace] = useState<PlaceInput | undefined>(me.administrator ? {} : undefined);
  const [made, setMade] = useState<Answer<'createWebhook'>>();
  const [open, setOpen] = useState<string>();
  const hooks = useResource('listWebhooks', place && { query: place });
  const show = useAction(async (form: FormData) => {
    const wanted = placeOf(typed(form, 'place'));
    await call('listWebhooks', { query: wanted });
    setOpen(undefined);
    setPlace(wanted);
  });
  const create = useAction(async (form: FormData) => {
    const events = typed(form, 'events')
      .split(/[\s,]+/)
      .filter(Boolean);
    setMade(
      await call('createWebhook', {
        body: {
          ...place,
          name: typed(form, 'name').trim(),
          url: typed(form, 'url').trim(),
          ...(events.length > 0 && { events }),
          format: formats.map(([name]) => name).find((each) => each === form.get('format')) ?? 'cloudevents',
        },
      }),
    );
    refresh('listWebhooks');
  });
  const change = useAction(async (work: () => Promise<unknown>) => {
    await work();
    refresh('listWebhooks', 'listDeliveries');
  });
  const where = place && (place.repository ?? place.organisation ?? 'the whole server');
  return (
    <section className="box">
      <h2 className="box-h">
        Webhooks <small>{where ? `of ${where}` : 'of a repository or an organisation'}</small>
      </h2>
      <Asked action={show} button="Show webhooks">
        <Field label="Repository or organisation" name="place" required={!me.administrator} placeholder="shop/app" />
      </Asked>
      {place && (
        <>
          {made && <SecretOnce name={`Secret of ${made.webhook.name}`} secret={made.secret} label="Copy secret" />}
          <Loaded resource={hooks} what="The webhooks could not be listed." rows={2}>
            {({ items }) => (
              <Rows
                head={['Name', 'Address', 'Events', 'For', 'State']}
                empty="No webhooks here"
                rows={items.map((each) => ({
                  key: each.id,
                  cells: [
                    each.name,
                    <span key="url" className="break">
                      {each.url}
                    </span>,
                    each.events.join(', '),
                    formats.find(([name]) => name === each.format)?.[1] ?? each.format,
                    each.enabled ? 'on' : 'off',
                  ],
                  action: (
                    <>
                      <RowButton of={each.name} onClick={() => setOpen(open === each.id ? undefined : each.id)}>
                        {open === each.id ? 'Close' : 'Deliveries'}
                      </RowButton>
                      <RowButton
                        of={each.name}
                        busy={change.busy}
                        onClick={() => void change.run(() => call('pingWebhook', { params: { id: each.id } }))}
                      >
                        Ping
                      </RowButton>
                      <RowButton
                        of={each.name}
                        busy={change.busy}
                        onClick={() =>
                          void change.run(() =>
                            call('updateWebhook', { params: { id: each.id }, body: { enabled: !each.enabled } }),
                          )
                        }
                      >
                        {each.enabled ? 'Turn off' : 'Turn on'}
                      </RowButton>
                      <RowButton
                        of={each.name}
                        busy={change.busy}
                        onClick={() => void change.run(() => call('deleteWebhook', { params: { id: each.id } }))}
                      >
                        Delete
                      </RowButton>
                    </>
                  ),
                }))}
              />
            )}
          </Loaded>
          <Refused error={change.error} />
          {open !== undefined && <Deliveries id={open} />}
          <Asked action={create} button="Add webhook">
            <Field label="Name" name="name" required maxLength={100} />
            <Field label="Address" name="url" type="url" required placeholder="https://" maxLength={2000} />
            <Field label="Events" name="events" placeholder="tag.*, vulnerability.found" />
            <Choice label="For" name="format" options={formats} value="cloudevents" />
          </Asked>
        </>
      )}
    </section>
  );
}

/** What one follows, what one was told, and where events are sent. */
export function NotificationsPage() {
  const me = useMe();
  return (
    <>
      <PageHead title="Notifications" name="Notifications">
        <p className="sub">A new vulnerability in an image is told once to who pushed it, pulled it or follows it.</p>
      </PageHead>
      {me.name !== undefined && (
        <div className="stack">
          <Told />
          <Following />
          <Feeds />
          <Hooks />
        </div>
      )}
    </>
  );
}
