import { useState } from 'react';
import { type Answer, call } from '../api/client.ts';
import { useResource } from '../api/resource.ts';
import { eventInWords, subjectOf } from '../model/events.ts';
import { exact } from '../model/format.ts';
import { DigestText } from '../parts/copy.tsx';
import { PageHead } from '../parts/page.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { Time } from '../parts/time.tsx';
import { Link } from '../shell/router.tsx';

type Event = Answer<'listEvents'>['items'][number];

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function About({ event }: { event: Event }) {
  const role = text(event.data['role']);
  const { text: subject, tag, digest, href } = subjectOf(event.type, event.subject);
  const name = (
    <>
      {subject}
      {tag !== undefined && <span className="mono">:{tag}</span>}
    </>
  );
  return (
    <>
      {href === undefined ? (
        <span className="q2">{name}</span>
      ) : (
        <Link data-row className="name" href={href}>
          {name}
        </Link>
      )}{' '}
      {digest !== undefined && <DigestText digest={digest} copy={false} />}
      {role !== undefined && (
        <span className="q3">
          {role} on {text(event.data['repository']) ?? text(event.data['organisation'])}
        </span>
      )}
    </>
  );
}

/** What happened, newest first, in UTC. */
export function ActivityPage() {
  const events = useResource('listEvents', { query: { limit: 100 } }, () => 10_000);
  const [rest, setRest] = useState<{ items: readonly Event[]; next: string | undefined }>();
  const next = rest ? rest.next : events.data?.next;
  const more = async () => {
    const page = await call('listEvents', { query: { limit: 100, cursor: next } });
    setRest({ items: [...(rest?.items ?? []), ...page.items], next: page.next });
  };
  return (
    <>
      <PageHead title="Activity" name="Activity">
        <p className="sub">Everything that changed, with who changed it.</p>
      </PageHead>
      <Loaded resource={events} what="The activity could not be listed." rows={10}>
        {(data) => {
          const known = new Set(data.items.map((event) => event.id));
          const items = [...data.items, ...(rest?.items ?? []).filter((event) => !known.has(event.id))];
          return (
            <div className="box">
              {items.length === 0 ? (
                <Empty title="Nothing has happened yet" />
              ) : (
                <>
                  <div className="scroll" tabIndex={0} role="region" aria-label="Activity">
                    <table className="cards events">
                      <thead>
                        <tr>
                          <th scope="col">What</th>
                          <th scope="col">Of</th>
                          <th scope="col">By</th>
                          <th scope="col">When</th>
                          <th scope="col">UTC</th>
                        </tr>
                      </thead>
                      <tbody>
                        {items.map((event) => (
                          <tr key={event.id}>
                            <td className="nw">{eventInWords(event.type, event.data)}</td>
                            <td className="t">
                              <About event={event} />
                            </td>
                            <td className="q2">{event.actor}</td>
                            <td className="nw q2">
                              <Time at={event.at} />
                            </td>
                            <td className="nw x q3 num">{exact(event.at).replace(' UTC', '')}</td>
                          </tr>
                        ))}
                      </tbody>
                    </table>
                  </div>
                  <div className="foot-row">
                    <span>{items.length} shown, newest first</span>
                    {next && (
                      <button type="button" className="link" onClick={() => void more()}>
                        Show more
                      </button>
                    )}
                  </div>
                </>
              )}
            </div>
          );
        }}
      </Loaded>
    </>
  );
}
