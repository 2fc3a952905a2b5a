import type { Answer } from '../../api/client.ts';
import { useLast, useResource } from '../../api/resource.ts';
import { imageAddress, repositoryAddress } from '../../model/addresses.ts';
import { size } from '../../model/format.ts';
import { isRunning } from '../../model/standing.ts';
import { FilterInput } from '../../parts/filter-input.tsx';
import { DigestText } from '../../parts/copy.tsx';
import { FindingsBar, FindingsCounts, FixableCount } from '../../parts/findings-cell.tsx';
import { type Crumb, ImageName, PageHead, Tabs } from '../../parts/page.tsx';
import { PushSteps } from '../../parts/push-steps.tsx';
import { Bones, Empty, Failed, Loaded } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Punch } from '../../parts/grade.tsx';
import { TrustMark } from '../../parts/trust-mark.tsx';
import { Link, navigate, useAddress, withQuery } from '../../shell/router.tsx';
import { useMe } from '../../shell/session.tsx';
import { Settings } from './settings.tsx';
import { TrustPanel } from './trust.tsx';
import { TagHistory } from './tag-history.tsx';

type Tag = Answer<'listTags'>['items'][number];
export type Repository = Answer<'getRepository'>;

export function crumbsOf(repository: string, leaf = false): Crumb[] {
  const crumbs = [{ label: 'Repositories', href: '/repositories' }];
  const cut = repository.lastIndexOf('/');
  if (cut > 0)
    crumbs.push({
      label: repository.slice(0, cut),
      href: `/repositories?q=${encodeURIComponent(repository.slice(0, cut + 1))}`,
    });
  if (leaf) crumbs.push({ label: repository.slice(cut + 1), href: repositoryAddress(repository) });
  return crumbs;
}

function TagRow({ repository, tag }: { repository: string; tag: Tag }) {
  return (
    <tr>
      <td className="t">
        <Punch grade={tag.grade} />
        <Link className="name mono" data-row href={imageAddress(repository, tag.name)}>
          {tag.name}
        </Link>
        {tag.kind === 'index' && <span className="q3 kind">several platforms, the worst counts</span>}
      </td>
      <td className="nw">
        <TrustMark mark={tag.trust} />
      </td>
      <td className="x in-wide">
        <DigestText digest={tag.digest} />
      </td>
      <td className="x bar-cell">
        <FindingsBar judgement={tag.judgement} />
      </td>
      <td className="nw">
        <FindingsCounts judgement={tag.judgement} />
      </td>
      <td className="r x">
        <FixableCount judgement={tag.judgement} />
      </td>
      <td className="r x q2 in-wide">{tag.kind === 'image' ? size(tag.size) : ''}</td>
      <td className="nw q2">
        <Time at={tag.updatedAt} /> <span className="q3 lg">by {tag.updatedBy}</span>
      </td>
      <td className="x nw">
        <Link href={withQuery({ tag: tag.name })} keepScroll>
          {tag.moves === 0 ? 'never moved' : `moved ${tag.moves === 1 ? 'once' : `${tag.moves} times`}`}
        </Link>
      </td>
    </tr>
  );
}

function TagTable({ repository, tags, sort }: { repository: string; tags: readonly Tag[]; sort: 'name' | 'newest' }) {
  return (
    <div className="box">
      <div className="scroll" tabIndex={0} role="region" aria-label="Tags">
        <table className="cards">
          <thead>
            <tr>
              <th scope="col">Tag</th>
              <th scope="col">Signed</th>
              <th scope="col" className="in-wide">
                Digest
              </th>
              <th scope="col">Findings</th>
              <th scope="col">
                <span className="sr">By severity</span>
              </th>
              <th scope="col" className="r">
                Fixable
              </th>
              <th scope="col" className="r in-wide">
                Size
              </th>
              <th scope="col">Pushed</th>
              <th scope="col">History</th>
            </tr>
          </thead>
          <tbody>
            {tags.map((tag) => (
              <TagRow key={tag.name} repository={repository} tag={tag} />
            ))}
          </tbody>
        </table>
      </div>
      <div className="foot-row">
        <span>
          {tags.length} shown, {sort === 'name' ? 'by name: too many to order by time' : 'newest first'}
        </span>
        <span>Solid: a fix exists. Hatched: none yet.</span>
      </div>
    </div>
  );
}

function TagList({ repository }: { repository: Repository }) {
  const me = useMe();
  const { query } = useAddress();
  const search = query.get('q') ?? '';
  const shown = query.get('tag') ?? undefined;
  const tags = useLast(
    useResource(
      'listTags',
      { params: { repository: repository.name }, query: { limit: 200, sort: 'newest', ...(search && { search }) } },
      (data) => (data.items.length === 0 ? 2500 : data.items.some((tag) => isRunning(tag.judgement)) ? 1500 : 30_000),
    ),
  );
  return (
    <Loaded resource={tags} what="The tags could not be listed.">
      {(data) =>
        data.items.length === 0 && !search ? (
          repository.rights.includes('push') && me.name ? (
            <>
              <h2 className="sec">
                Nothing is in it yet <small>this page follows the first push by itself</small>
              </h2>
              <PushSteps repository={repository.name} />
            </>
          ) : (
            <div className="box">
              <Empty title="Nothing is in it yet" />
            </div>
          )
        ) : (
          <>
            <div className="filters">
              <FilterInput
                label="Filter tags"
                placeholder="Filter by tag"
                value={search}
                onFilter={(text) => navigate(withQuery({ q: text.trim() }), { replace: true })}
              />
            </div>
            <div className={shown ? 'split' : ''}>
              {data.items.length === 0 ? (
                <div className="box">
                  <Empty title={`No tag has “${search}” in its name`}>
                    <Link href={withQuery({ q: undefined })}>Show all</Link>
                  </Empty>
                </div>
              ) : (
                <TagTable repository={repository.name} tags={data.items} sort={data.sort} />
              )}
              {shown && (
                <TagHistory repository={repository.name} tag={shown} mayDelete={repository.rights.includes('delete')} />
              )}
            </div>
          </>
        )
      }
    </Loaded>
  );
}

/** A repository: its tags with what was found in each, and its settings for those who may change them. */
export function RepositoryPage({ name }: { name: string }) {
  const me = useMe();
  const { query, full } = useAddress();
  const repository = useResource('getRepository', { params: { repository: name } });
  const wanted = query.get('tab');
  const tab = wanted === 'settings' || wanted === 'trust' ? wanted : 'tags';
  const manages = repository.data?.rights.includes('manage') === true && me.name !== undefined;
  return (
    <>
      <PageHead crumbs={crumbsOf(name)} title={<ImageName repository={name} />} name={name}>
        {repository.data && (
          <p className="facts">
            <span>{repository.data.visibility}</span>
            {repository.data.description && <span>{repository.data.description}</span>}
            <span>
              created <Time at={repository.data.createdAt} />
            </span>
          </p>
        )}
      </PageHead>
      {repository.data && (
        <Tabs
          label="Repository"
          current={tab}
          items={[
            { id: 'tags', label: 'Tags', href: repositoryAddress(name) },
            { id: 'trust', label: 'Trust', href: `${repositoryAddress(name)}?tab=trust` },
            ...(manages
              ? [{ id: 'settings', label: 'Settings', href: `${repositoryAddress(name)}?tab=settings` }]
              : []),
          ]}
        />
      )}
      {repository.data ? (
        tab === 'settings' && manages ? (
          <Settings repository={repository.data} />
        ) : tab === 'trust' ? (
          <TrustPanel repository={name} />
        ) : (
          <TagList repository={repository.data} />
        )
      ) : repository.error ? (
        repository.error.status === 404 || repository.error.status === 401 ? (
          <div className="box">
            <Empty title={me.name ? 'There is no such repository' : 'Nothing here that is public'}>
              {!me.name && (
                <Link href={`/signin?next=${encodeURIComponent(full)}`}>Sign in, if it is yours to see</Link>
              )}
              {me.name && <Link href="/repositories">All repositories</Link>}
            </Empty>
          </div>
        ) : (
          <Failed what="The repository could not be read." error={repository.error} retry={repository.reload} />
        )
      ) : (
        <Bones />
      )}
    </>
  );
}
