import { useResource } from '../../api/resource.ts';
import { PageHead, Segment } from '../../parts/page.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { useAddress, withQuery } from '../../shell/router.tsx';
import { useMe } from '../../shell/session.tsx';
import { Lanes } from './lanes.tsx';
import { Requests } from './requests.tsx';

/** The ways of images through an organisation: stages side by side, and what waits to go on. */
export function ChannelsPage() {
  const me = useMe();
  const { query } = useAddress();
  const organisations = useResource('listOrganisations', me.name === undefined ? undefined : {});
  const known = organisations.data?.items ?? [];
  const organisation = query.get('organisation') ?? known[0]?.name;
  const channels = useResource('listChannels', organisation === undefined ? undefined : { params: { organisation } });
  return (
    <>
      <PageHead title="Channels" name="Channels">
        <p className="sub">
          Images come in at the first stage. Every other takes them by promotion only, whoever pushes.
        </p>
      </PageHead>
      {known.length > 1 && (
        <div className="filters">
          <Segment
            label="Organisation"
            current={organisation ?? ''}
            items={known.slice(0, 8).map(({ name }) => ({
              id: name,
              label: name,
              href: withQuery({ organisation: name, request: undefined }),
            }))}
          />
        </div>
      )}
      {organisation !== undefined && (
        <div className="stack">
          <Loaded resource={channels} what="The channels could not be listed." rows={4}>
            {({ items }) =>
              items.length === 0 ? (
                <div className="box">
                  <Empty title={`${organisation} has no channels`}>
                    <p>
                      An owner writes one down and applies it: <code>assay channel apply channel.yaml</code>
                    </p>
                  </Empty>
                </div>
              ) : (
                items.map((each) => <Lanes key={each.channel} organisation={organisation} channel={each.channel} />)
              )
            }
          </Loaded>
          <Requests organisation={organisation} />
        </div>
      )}
    </>
  );
}
