import { useResource } from '../../api/resource.ts';
import { size } from '../../model/format.ts';
import { PageHead, Tabs } from '../../parts/page.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useAddress } from '../../shell/router.tsx';
import { Members } from './members.tsx';
import { Robots } from './robots.tsx';
import { Roles } from './roles.tsx';
import { Teams } from './teams.tsx';

/** One organisation: who holds which role on all of it, its teams, robots and own roles. */
export function OrganisationPage({ name }: { name: string }) {
  const { query } = useAddress();
  const organisation = useResource('getOrganisation', { params: { organisation: name } });
  const tab = query.get('tab') ?? 'teams';
  const address = (id: string) => `/organisations/${name}?tab=${id}`;
  return (
    <>
      <PageHead crumbs={[{ label: 'Organisations', href: '/organisations' }]} title={name} name={name}>
        <p className="sub">
          {organisation.data &&
            `${organisation.data.description} Stores ${size(organisation.data.usedBytes)}${organisation.data.maxBytes === undefined ? '' : ` of ${size(organisation.data.maxBytes)}`}.`}
        </p>
      </PageHead>
      <Loaded resource={organisation} what="The organisation could not be read." rows={4}>
        {({ rights }) => {
          const owns = rights.includes('administer');
          const items = [
            { id: 'teams', label: 'Teams', href: address('teams') },
            { id: 'roles', label: 'Roles', href: address('roles') },
            ...(owns
              ? [
                  { id: 'members', label: 'Members', href: address('members') },
                  { id: 'robots', label: 'Robots', href: address('robots') },
                ]
              : []),
          ];
          return (
            <>
              <Tabs label={`Views of ${name}`} items={items} current={tab} />
              {tab === 'teams' && <Teams organisation={name} owns={owns} />}
              {tab === 'roles' && <Roles organisation={name} owns={owns} />}
              {tab === 'members' && owns && <Members organisation={name} />}
              {tab === 'robots' && owns && <Robots organisation={name} />}
            </>
          );
        }}
      </Loaded>
    </>
  );
}
