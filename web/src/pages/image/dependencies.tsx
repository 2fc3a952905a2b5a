import { useMemo, useState } from 'react';
import { useResource } from '../../api/resource.ts';
import { broughtBy, type Dependency, neededBy, rootsOf, waysTo } from '../../model/dependencies.ts';
import { counted } from '../../model/format.ts';
import { rowsOf } from '../../model/cures.ts';
import type { Report } from '../../model/severity.ts';
import { FilterInput } from '../../parts/filter-input.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { Link, navigate, useAddress, withQuery } from '../../shell/router.tsx';
import type { Image } from './image.tsx';

const WAYS = 6;
const FIRST = 200;

interface Tree {
  readonly items: readonly Dependency[];
  readonly by: readonly (readonly number[])[];
  readonly found: ReadonlyMap<string, number>;
}

const keyOf = (each: Dependency) => `${each.purl} ${each.path}`;

function Name({ tree, position }: { tree: Tree; position: number }) {
  const each = tree.items[position];
  if (!each) return null;
  const findings = tree.found.get(each.name);
  return (
    <>
      <Link className="name" data-row href={withQuery({ package: keyOf(each) })} keepScroll>
        {each.name}
      </Link>{' '}
      <code className="q2">{each.version}</code> <span className="q3">{each.type}</span>
      {findings !== undefined && (
        <>
          {' '}
          <Link href={withQuery({ tab: 'findings', find: each.name, view: undefined, package: undefined })}>
            {counted(findings, 'finding')}
          </Link>
        </>
      )}
    </>
  );
}

/** One package and, opened, what it needs; a package that stands above itself is not opened again. */
function Branch({ tree, position, above }: { tree: Tree; position: number; above: readonly number[] }) {
  const [open, setOpen] = useState(false);
  const needs = tree.items[position]?.needs ?? [];
  const again = above.includes(position);
  return (
    <li>
      {needs.length > 0 && !again ? (
        <button
          type="button"
          className="twig"
          aria-expanded={open}
          aria-label={`What ${tree.items[position]?.name ?? ''} needs`}
          onClick={() => setOpen(!open)}
        >
          {open ? '−' : '+'}
        </button>
      ) : (
        <span className="twig" aria-hidden="true" />
      )}
      <Name tree={tree} position={position} />
      {again && <span className="q3">, above already</span>}
      {!open && needs.length > 0 && !again && <span className="q3">, needs {needs.length}</span>}
      {open && (
        <ul className="tree">
          {needs.map((each) => (
            <Branch key={each} tree={tree} position={each} above={[...above, position]} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Chosen({ tree, position }: { tree: Tree; position: number }) {
  const each = tree.items[position];
  const ways = useMemo(() => waysTo(position, tree.by, WAYS), [position, tree]);
  const users = tree.by[position] ?? [];
  if (!each) return null;
  return (
    <section className="box chosen" aria-label={`Who brought ${each.name}`}>
      <h2 className="sec">
        {each.name} <code>{each.version}</code>
      </h2>
      <p className="sub">
        {users.length === 0
          ? 'Nothing in the image needs it: it was asked for, or came with the base.'
          : `${counted(users.length, 'package')} ${users.length === 1 ? 'needs' : 'need'} it.`}{' '}
        It brings {counted(broughtBy(position, tree.items), 'other')}. {each.declared && 'A lock file names it. '}
        <code>{each.path}</code>
      </p>
      {users.length > 0 && (
        <>
          <h3>How it came</h3>
          <ol className="ways">
            {ways.map((way) => (
              <li key={way.join(' ')}>
                {way.map((step, at) => (
                  <span key={step}>
                    {at > 0 && <span className="q3"> → </span>}
                    <Link href={withQuery({ package: keyOf(tree.items[step]!) })} keepScroll>
                      {tree.items[step]?.name}
                    </Link>
                  </span>
                ))}
              </li>
            ))}
            {ways.length === 0 && <li>Only packages that need each other need it.</li>}
          </ol>
          <h3>Needed by</h3>
          <ul className="tree">
            {users.slice(0, FIRST).map((user) => (
              <li key={user}>
                <Name tree={tree} position={user} />
              </li>
            ))}
          </ul>
        </>
      )}
      <p>
        <Link href={withQuery({ package: undefined })} keepScroll>
          Close
        </Link>
      </p>
    </section>
  );
}

function Browser({ tree }: { tree: Tree }) {
  const { query } = useAddress();
  const text = (query.get('find') ?? '').toLowerCase();
  const wanted = query.get('package');
  const chosen = wanted === null ? -1 : tree.items.findIndex((each) => keyOf(each) === wanted);
  const [all, setAll] = useState(false);
  const roots = useMemo(() => rootsOf(tree.items, tree.by), [tree]);
  const shown =
    text === '' ? roots : [...tree.items.keys()].filter((at) => `${tree.items[at]?.name}`.toLowerCase().includes(text));
  const cut = all ? shown : shown.slice(0, FIRST);
  return (
    <>
      <div className="filters">
        <FilterInput
          label="Find a package"
          placeholder="Find a package in the tree"
          value={query.get('find') ?? ''}
          onFilter={(typed) => navigate(withQuery({ find: typed }), { replace: true })}
        />
      </div>
      {chosen >= 0 && <Chosen key={chosen} tree={tree} position={chosen} />}
      <div className="box">
        {shown.length === 0 ? (
          <Empty title="Nothing matches the filter">
            <Link href={withQuery({ find: undefined })}>Clear the filter</Link>
          </Empty>
        ) : (
          <ul className="tree top" aria-label="Packages and what they need">
            {cut.map((position) => (
              <Branch key={position} tree={tree} position={position} above={[]} />
            ))}
          </ul>
        )}
        <div className="foot-row">
          <span>
            {text === ''
              ? `${counted(roots.length, 'package')} that nothing else needs, of ${tree.items.length}`
              : counted(shown.length, 'package')}
          </span>
          {cut.length < shown.length && (
            <button type="button" className="link" onClick={() => setAll(true)}>
              Show all
            </button>
          )}
        </div>
      </div>
    </>
  );
}

/** The packages as a tree: who needs whom, and how a package came into the image. */
export function Dependencies({ image, report }: { image: Image; report: Report }) {
  const graph = useResource('getDependencies', {
    params: { repository: image.repository, reference: image.digest },
  });
  const found = useMemo(() => {
    const names = new Map<string, number>();
    for (const row of rowsOf(report.findings))
      for (const name of row.packages) names.set(name, (names.get(name) ?? 0) + 1);
    return names;
  }, [report]);
  const tree = useMemo(
    () => graph.data && { items: graph.data.items, by: neededBy(graph.data.items), found },
    [graph.data, found],
  );
  return (
    <Loaded resource={graph} what="The dependencies could not be read." rows={10}>
      {() => tree && <Browser tree={tree} />}
    </Loaded>
  );
}
