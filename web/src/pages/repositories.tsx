import { useEffect, useState } from 'react';
import type { Answer } from '../api/client.ts';
import { call } from '../api/client.ts';
import { useLast, useResource } from '../api/resource.ts';
import { imageAddress, repositoryAddress } from '../model/addresses.ts';
import { counted } from '../model/format.ts';
import { isRunning } from '../model/standing.ts';
import { FilterInput } from '../parts/filter-input.tsx';
import { FindingsBar, FindingsCounts, FixableCount } from '../parts/findings-cell.tsx';
import { ImageName, PageHead, Segment } from '../parts/page.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { Time } from '../parts/time.tsx';
import { Punch } from '../parts/grade.tsx';
import { TrustMark } from '../parts/trust-mark.tsx';
import { Link, navigate, useAddress, withQuery } from '../shell/router.tsx';
import { useMe } from '../shell/session.tsx';
import { FirstRun } from './first-run.tsx';

type Item = Answer<'listRepositories'>['items'][number];
type List = Answer<'listRepositories'>;

function pollAfter(list: List): number | undefined {
  if (list.total === 0) return 2500;
  return list.items.some((item) => item.newest && isRunning(item.newest.judgement)) ? 2000 : 30_000;
}

function Row({ item }: { item: Item }) {
  const judgement = item.newest?.judgement;
  return (
    <tr>
      <td className="t">
        <Punch grade={item.newest?.grade} />
        <Link className="name" data-row href={repositoryAddress(item.name)}>
          <ImageName repository={item.name} />
        </Link>
        {item.newest && (
          <Link className="q3 mono" href={imageAddress(item.name, item.newest.tag)}>
            :{item.newest.tag}
          </Link>
        )}
        {item.description && <span className="under">{item.description}</span>}
      </td>
      <td className="nw q2">{item.visibility}</td>
      <td className="nw">{item.newest && <TrustMark mark={item.newest.trust} />}</td>
      <td className="x bar-cell">
        <FindingsBar judgement={judgement} />
      </td>
      <td className="nw">
        <FindingsCounts judgement={judgement} />
      </td>
      <td className="r x">
        <FixableCount judgement={judgement} />
      </td>
      <td className="r x q2">{item.tags.toLocaleString('en')}</td>
      <td className="x nw q2 last-time">
        <Time at={item.updatedAt} />
      </td>
    </tr>
  );
}

function Table({
  items,
  sort,
  crowded,
  more,
}: {
  items: readonly Item[];
  sort: string;
  crowded: boolean;
  more?: () => void;
}) {
  return (
    <div className="box">
      <div className="scroll" tabIndex={0} role="region" aria-label="Repositories">
        <table className="cards">
          <thead>
            <tr>
              <th scope="col" aria-sort={sort === 'name' ? 'ascending' : undefined}>
                Repository and newest tag
              </th>
              <th scope="col">Visibility</th>
              <th scope="col">Signed</th>
              <th scope="col" aria-sort={sort === 'worst' ? 'descending' : undefined}>
                Findings
              </th>
              <th scope="col">
                <span className="sr">By severity</span>
              </th>
              <th scope="col" className="r">
                Fixable
              </th>
              <th scope="col" className="r">
                Tags
              </th>
              <th scope="col" className="last-time">
                Updated
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <Row key={item.name} item={item} />
            ))}
          </tbody>
        </table>
      </div>
      <div className="foot-row">
        <span>
          {items.length} shown, {sort === 'name' ? 'by name' : 'worst first'}
          {crowded && ': too many to order by findings'}
        </span>
        <span>Solid: a fix exists. Hatched: none yet.</span>
        {more && (
          <button type="button" className="link" onClick={more}>
            Show more
          </button>
        )}
        <span className="keys">
          <span>
            <kbd>j</kbd> <kbd>k</kbd> move
          </span>
          <span>
            <kbd>Enter</kbd> open
          </span>
          <span>
            <kbd>?</kbd> all keys
          </span>
        </span>
      </div>
    </div>
  );
}

/** All repositories one may pull from: what needs somebody first. */
export function RepositoriesPage() {
  const me = useMe();
  const { query } = useAddress();
  const sort = query.get('sort') === 'name' ? 'name' : 'worst';
  const search = query.get('q') ?? '';
  const list = useLast(
    useResource('listRepositories', { query: { limit: 100, sort, ...(search && { search }) } }, pollAfter),
  );
  const [rest, setRest] = useState<{ of: string; items: readonly Item[]; next: string | undefined }>();
  const key = `${sort} ${search}`;
  useEffect(() => setRest(undefined), [key]);
  const next = rest?.of === key ? rest.next : list.data?.next;
  const more = async () => {
    const page = await call('listRepositories', {
      query: { limit: 100, sort, cursor: next, ...(search && { search }) },
    });
    setRest({ of: key, items: [...(rest?.items ?? []), ...page.items], next: page.next });
  };
  if (list.data?.total === 0 && !search && me.name) return <FirstRun />;
  return (
    <>
      <PageHead
        title="Repositories"
        name="Repositories"
        actions={
          me.name && (
            <Link className="btn primary" href="/new">
              New repository
            </Link>
          )
        }
      >
        <p className="sub">
          {list.data ? `${counted(list.data.total, 'repository', 'repositories')}${search ? ' match' : ''}` : ' '}
          {!me.name && '. Only public ones are shown without signing in'}
          {list.data && '.'}
        </p>
      </PageHead>
      <div className="filters">
        <FilterInput
          label="Filter repositories"
          placeholder="Filter by name"
          value={search}
          onFilter={(text) => navigate(withQuery({ q: text.trim() }), { replace: true })}
        />
        <Segment
          label="Order"
          current={sort}
          items={[
            { id: 'worst', label: 'Worst first', href: withQuery({ sort: undefined }) },
            { id: 'name', label: 'By name', href: withQuery({ sort: 'name' }) },
          ]}
        />
      </div>
      <Loaded resource={list} what="The repositories could not be listed.">
        {(data) =>
          data.items.length === 0 ? (
            <div className="box">
              <Empty title={search ? `No repository has “${search}” in its name` : 'Nothing is public here'}>
                {search ? (
                  <Link href={withQuery({ q: undefined })}>Show all</Link>
                ) : (
                  <Link href="/signin">Sign in to see more</Link>
                )}
              </Empty>
            </div>
          ) : (
            <Table
              items={[...data.items, ...(rest?.of === key ? rest.items : [])]}
              sort={data.sort}
              crowded={data.sort !== sort}
              {...(next && { more: () => void more() })}
            />
          )
        }
      </Loaded>
    </>
  );
}
