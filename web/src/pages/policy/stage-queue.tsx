import { useLast, useResource } from '../../api/resource.ts';
import { imageAddress } from '../../model/addresses.ts';
import { sentence } from '../../model/format.ts';
import type { Tone } from '../../model/standing.ts';
import { DigestText } from '../../parts/copy.tsx';
import { Glyph } from '../../parts/marks.tsx';
import { Segment } from '../../parts/page.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Link, useAddress, withQuery } from '../../shell/router.tsx';

const stages = {
  held: ['bad', 'Held back'],
  pushed: ['unknown', 'Pushed'],
  scanned: ['warn', 'Scanned'],
  signed: ['warn', 'Signed'],
  released: ['ok', 'Released'],
} as const satisfies Record<string, readonly [Tone, string]>;
type Stage = keyof typeof stages;

/** How far images are from push to release, page by page. */
export function StageQueue() {
  const { query } = useAddress();
  const stage = (Object.keys(stages) as Stage[]).find((each) => each === query.get('stage'));
  const cursor = query.get('after');
  const found = useLast(
    useResource(
      'listStages',
      { query: { limit: 50, ...(stage && { stage }), ...(cursor !== null && { cursor }) } },
      () => 15_000,
    ),
  );
  return (
    <section aria-label="Queue">
      <div className="filters">
        <Segment
          label="Stage"
          current={stage ?? ''}
          items={[
            { id: '', label: 'All', href: withQuery({ stage: undefined, after: undefined }) },
            ...(Object.keys(stages) as Stage[]).map((id) => ({
              id,
              label: stages[id][1],
              href: withQuery({ stage: id, after: undefined }),
            })),
          ]}
        />
      </div>
      <div className="box">
        <h2 className="box-h">
          From push to release <small>each follows from what is known and what rules</small>
        </h2>
        <Loaded resource={found} what="The queue could not be listed." rows={4}>
          {({ items, next }) => (
            <>
              <Rows
                head={['Image', 'Stage', 'Waits for', 'Since']}
                empty="No images here"
                rows={items.map((each) => ({
                  key: `${each.repository} ${each.digest}`,
                  cells: [
                    <span key="image" className="object">
                      <Link href={imageAddress(each.repository, each.tag)}>
                        {each.repository}:{each.tag}
                      </Link>{' '}
                      <DigestText digest={each.digest} />
                    </span>,
                    <span key="stage" className="v">
                      <Glyph tone={stages[each.stage][0]} /> {stages[each.stage][1].toLowerCase()}
                    </span>,
                    each.waitsFor === '' ? 'nothing' : sentence(each.waitsFor),
                    <Time key="since" at={each.since} />,
                  ],
                }))}
              />
              {(next !== undefined || cursor !== null) && (
                <p className="pad line-top links">
                  {cursor !== null && <Link href={withQuery({ after: undefined })}>First page</Link>}
                  {next !== undefined && <Link href={withQuery({ after: next })}>Next page</Link>}
                </p>
              )}
            </>
          )}
        </Loaded>
      </div>
    </section>
  );
}
