import { useMemo, useState } from 'react';
import type { Resource } from '../../api/resource.ts';
import { counted } from '../../model/format.ts';
import { rowsOf } from '../../model/cures.ts';
import type { Report } from '../../model/severity.ts';
import { isKnown, isRunning, standingOf } from '../../model/standing.ts';
import { FilterInput } from '../../parts/filter-input.tsx';
import { Pill, Segment } from '../../parts/page.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { Link, navigate, useAddress, withQuery } from '../../shell/router.tsx';
import { Dependencies } from './dependencies.tsx';
import type { Image } from './image.tsx';

const FIRST = 200;

function Known({ image, report }: { image: Image; report: Report }) {
  const { query } = useAddress();
  const [all, setAll] = useState(false);
  const text = query.get('find') ?? '';
  const only = query.get('found') === '1';
  const found = useMemo(() => {
    const names = new Map<string, number>();
    for (const row of rowsOf(report.findings))
      for (const name of row.packages) names.set(name, (names.get(name) ?? 0) + 1);
    return names;
  }, [report]);
  const layers = useMemo(
    () => new Map((image.layers ?? []).filter((layer) => !layer.empty).map((layer, i) => [layer.digest, i + 1])),
    [image],
  );
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = report.packages.filter(
    (each) =>
      (!only || found.has(each.name)) &&
      words.every((word) =>
        `${each.name} ${each.version} ${each.type} ${each.sourceName ?? ''} ${(each.licences ?? []).join(' ')}`
          .toLowerCase()
          .includes(word),
      ),
  );
  const cut = all ? shown : shown.slice(0, FIRST);
  return (
    <>
      <div className="filters">
        <FilterInput
          label="Filter packages"
          placeholder="Filter: name, version, licence"
          value={text}
          onFilter={(typed) => navigate(withQuery({ find: typed }), { replace: true })}
        />
        <Pill
          pressed={only}
          n={report.packages.filter((each) => found.has(each.name)).length}
          onClick={() => navigate(withQuery({ found: only ? undefined : '1' }), { replace: true })}
        >
          With findings
        </Pill>
      </div>
      <div className="box">
        {shown.length === 0 ? (
          <Empty title="Nothing matches the filter">
            <Link href={withQuery({ find: undefined, found: undefined })}>Clear the filter</Link>
          </Empty>
        ) : (
          <div className="scroll" tabIndex={0} role="region" aria-label="Packages">
            <table className="cards">
              <thead>
                <tr>
                  <th scope="col">Package</th>
                  <th scope="col">Version</th>
                  <th scope="col">Type</th>
                  <th scope="col">Source</th>
                  <th scope="col">Licence</th>
                  <th scope="col" className="r">
                    Layer
                  </th>
                  <th scope="col" className="r">
                    Findings
                  </th>
                </tr>
              </thead>
              <tbody>
                {cut.map((each) => (
                  <tr key={each.purl + each.path}>
                    <td className="t">
                      <Link
                        className="name"
                        data-row
                        href={`/search?q=${encodeURIComponent(each.name)}`}
                        title={each.purl}
                      >
                        {each.name}
                      </Link>
                    </td>
                    <td className="nw">
                      <code>{each.version}</code>
                    </td>
                    <td className="x q2">{each.type}</td>
                    <td className="x q2">{each.sourceName !== each.name ? each.sourceName : ''}</td>
                    <td className="x q2 licence">{(each.licences ?? []).join(', ')}</td>
                    <td className="r x q2">{layers.get(each.layer.digest) ?? ''}</td>
                    <td className="r">
                      {found.has(each.name) ? (
                        <Link href={withQuery({ tab: 'findings', find: each.name, found: undefined })}>
                          {found.get(each.name)}
                        </Link>
                      ) : (
                        <span className="q3">
                          {!isKnown(image.judgement)
                            ? 'unknown'
                            : (image.judgement.unjudged ?? 0) > 0
                              ? 'none known'
                              : 'none'}
                        </span>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <div className="foot-row">
          <span>{counted(shown.length, 'package')}</span>
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

/** Everything installed, with the layer that brought it. */
export function Packages({ image, report }: { image: Image; report: Resource<Report | undefined> }) {
  const { query } = useAddress();
  const view = query.get('view') === 'tree' ? 'tree' : 'list';
  if (isRunning(image.judgement) || image.judgement.counts === undefined)
    return (
      <div className="box">
        <Empty title={standingOf(image).answer}>
          <p className="q2">{standingOf(image).reason}</p>
        </Empty>
      </div>
    );
  return (
    <Loaded resource={report} what="The packages could not be read." rows={10}>
      {(data) => (
        <>
          <div className="filters">
            <Segment
              label="View"
              current={view}
              items={[
                { id: 'list', label: 'List', href: withQuery({ view: undefined, package: undefined }) },
                { id: 'tree', label: 'Tree', href: withQuery({ view: 'tree', found: undefined }) },
              ]}
            />
          </div>
          {view === 'tree' ? <Dependencies image={image} report={data} /> : <Known image={image} report={data} />}
        </>
      )}
    </Loaded>
  );
}
