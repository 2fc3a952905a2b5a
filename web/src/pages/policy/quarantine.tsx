import { call } from '../../api/client.ts';
import { refresh, useAction, useResource } from '../../api/resource.ts';
import { imageAddress } from '../../model/addresses.ts';
import { DigestText } from '../../parts/copy.tsx';
import { Glyph } from '../../parts/marks.tsx';
import { PageHead } from '../../parts/page.tsx';
import { RowButton, Rows } from '../../parts/rows.tsx';
import { Loaded, Refused } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Link } from '../../shell/router.tsx';
import { useMe } from '../../shell/session.tsx';
import { StageQueue } from './stage-queue.tsx';

/** How far images are from their release, and what a person holds back or let go. */
export function QuarantinePage() {
  const me = useMe();
  const releases = useResource(
    'listReleases',
    me.name === undefined ? undefined : { query: { limit: 200 } },
    () => 15_000,
  );
  const set = useAction(async (repository: string, reference: string, state: 'held' | 'released') => {
    const reason = state === 'held' ? 'held back again' : 'looked at and let go';
    await call('setRelease', { params: { repository, reference }, body: { state, reason } });
    refresh('listReleases', 'getVerdicts');
  });
  return (
    <>
      <PageHead title="Quarantine" name="Quarantine">
        <p className="sub">What a person holds back passes no gate, whatever the policies say.</p>
      </PageHead>
      <div className="stack">
        {me.name !== undefined && <StageQueue />}
        <section className="box">
          <h2 className="box-h">
            A person’s word <small>images that somebody holds back or let go</small>
          </h2>
          <Loaded resource={releases} what="The quarantine could not be listed." rows={4}>
            {({ items }) => (
              <Rows
                head={['Image', 'State', 'Why', 'By', 'Since']}
                empty="Nothing is held back"
                rows={items.map((each) => ({
                  key: `${each.repository} ${each.digest}`,
                  cells: [
                    <span key="image" className="object">
                      <Link href={imageAddress(each.repository, each.digest)}>{each.repository}</Link>{' '}
                      <DigestText digest={each.digest} />
                    </span>,
                    <span key="state" className="v">
                      <Glyph tone={each.state === 'held' ? 'bad' : 'ok'} />{' '}
                      {each.state === 'held' ? 'held back' : 'let go'}
                    </span>,
                    each.reason,
                    each.by,
                    <Time key="at" at={each.at} />,
                  ],
                  action: (
                    <RowButton
                      of={each.repository}
                      busy={set.busy}
                      onClick={() =>
                        void set.run(each.repository, each.digest, each.state === 'held' ? 'released' : 'held')
                      }
                    >
                      {each.state === 'held' ? 'Let go' : 'Hold back'}
                    </RowButton>
                  ),
                }))}
              />
            )}
          </Loaded>
          <Refused error={set.error} />
        </section>
      </div>
    </>
  );
}
