import { useDeferredValue, useMemo } from 'react';
import type { Resource } from '../../api/resource.ts';
import { type Cure, type Filter, filterRows, groupByCure, groupPackages, type Row, rowsOf } from '../../model/cures.ts';
import { count, counted } from '../../model/format.ts';
import { countBy, type Report, severities, type Severity } from '../../model/severity.ts';
import { isKnown, isRunning, standingOf } from '../../model/standing.ts';
import { FilterInput } from '../../parts/filter-input.tsx';
import { severityLetter, SeverityShape, severityName } from '../../parts/marks.tsx';
import { Pill, Segment } from '../../parts/page.tsx';
import { Empty, Loaded, Notice } from '../../parts/states.tsx';
import { Link, navigate, useAddress, withQuery } from '../../shell/router.tsx';
import { CureBox, RowTable } from './cure-box.tsx';
import { Explanation } from './explanation.tsx';
import type { Image } from './image.tsx';
import { SetAside } from './statement.tsx';

function filterOf(query: URLSearchParams): Filter {
  const asked = (query.get('severity') ?? '').split(',');
  return {
    onlyFixable: query.get('fixable') === '1',
    onlyExploited: query.get('exploited') === '1',
    severities: new Set(severities.filter((each) => asked.includes(each))),
    text: query.get('find') ?? '',
  };
}

function toggled(wanted: ReadonlySet<Severity>, severity: Severity): string | undefined {
  const next = severities.filter((each) => (each === severity ? !wanted.has(each) : wanted.has(each)));
  return next.join(',') || undefined;
}

function Filters({ rows, filter, by }: { rows: readonly Row[]; filter: Filter; by: string }) {
  const counts = countBy(rows);
  const exploited = rows.filter((row) => row.finding.exploited).length;
  const set = (changes: Record<string, string | undefined>) =>
    navigate(withQuery({ ...changes, finding: undefined }), { replace: true });
  return (
    <div className="filters">
      <FilterInput
        label="Filter findings"
        placeholder="Filter: CVE, package, words"
        value={filter.text}
        onFilter={(text) => set({ find: text || undefined })}
      />
      <span data-key="f">
        <Pill
          pressed={filter.onlyFixable}
          n={rows.filter((row) => row.finding.fixedVersion !== undefined).length}
          onClick={() => set({ fixable: filter.onlyFixable ? undefined : '1' })}
        >
          Only fixable
        </Pill>
      </span>
      {exploited > 0 && (
        <Pill
          pressed={filter.onlyExploited}
          n={exploited}
          onClick={() => set({ exploited: filter.onlyExploited ? undefined : '1' })}
        >
          Exploited
        </Pill>
      )}
      {severities
        .filter((each) => counts[each] > 0)
        .map((each) => (
          <Pill
            key={each}
            pressed={filter.severities.has(each)}
            n={counts[each]}
            onClick={() => set({ severity: toggled(filter.severities, each) })}
          >
            <span className={`sv s-${severityLetter(each)}`}>
              <SeverityShape severity={each} />
              {severityName(each)}
            </span>
          </Pill>
        ))}
      <Segment
        label="Group by"
        current={by}
        items={[
          { id: 'cure', label: 'By cure', href: withQuery({ by: undefined }) },
          { id: 'package', label: 'By package', href: withQuery({ by: 'package' }) },
          { id: 'list', label: 'List', href: withQuery({ by: 'list' }) },
        ]}
      />
    </div>
  );
}

function headline(cures: readonly Cure[], rows: readonly Row[]): string {
  const fixing = cures.filter((cure) => cure.fixable);
  const cleared = fixing.reduce((sum, cure) => sum + cure.rows.length, 0);
  if (cleared === 0) return `${counted(rows.length, 'finding')}, none with a fix yet`;
  return `${counted(fixing.length, 'change')} ${fixing.length === 1 ? 'clears' : 'clear'} ${count(cleared)} of ${counted(rows.length, 'finding')}`;
}

function Known({ image, report }: { image: Image; report: Report }) {
  const { query } = useAddress();
  const rows = useMemo(() => rowsOf(report.findings), [report]);
  const filter = filterOf(query);
  const text = useDeferredValue(filter.text);
  const severityText = [...filter.severities].join();
  const shown = useMemo(
    () => filterRows(rows, { ...filter, text }),
    // The set is new on every render; its text is what it holds.
    [rows, filter.onlyFixable, filter.onlyExploited, severityText, text],
  );
  const cures = useMemo(() => groupByCure(shown), [shown]);
  const by = (['list', 'package'] as const).find((each) => each === query.get('by')) ?? 'cure';
  const selected = rows.find((row) => row.key === query.get('finding'));
  const filtered = filter.onlyFixable || filter.onlyExploited || filter.severities.size > 0 || filter.text !== '';
  const standing = standingOf(image);
  if (rows.length === 0)
    return (
      <>
        <div className="box">
          <Empty title={isKnown(image.judgement) ? standing.answer : 'Findings are unknown, not zero'}>
            <p className="q2">{standing.reason}</p>
          </Empty>
        </div>
        <SetAside image={image} report={report} />
      </>
    );
  return (
    <>
      <h2 className="sec">
        {headline(groupByCure(rows), rows)}{' '}
        <small aria-live="polite">{filtered && `${count(shown.length)} shown`}</small>
      </h2>
      <Filters rows={rows} filter={filter} by={by} />
      {(image.judgement.unjudged ?? 0) > 0 && (
        <div className="gap-bottom">
          <Notice
            tone="unknown"
            action={<Link href={withQuery({ tab: 'packages', finding: undefined })}>Packages</Link>}
          >
            No imported feed speaks of {counted(image.judgement.unjudged ?? 0, 'package')}; for them nothing is known.
          </Notice>
        </div>
      )}
      <div className={selected ? 'split' : 'split-none'}>
        <div>
          {shown.length === 0 ? (
            <div className="box">
              <Empty title="Nothing matches the filter">
                <Link
                  href={withQuery({ fixable: undefined, exploited: undefined, severity: undefined, find: undefined })}
                >
                  Clear the filter
                </Link>
              </Empty>
            </div>
          ) : by === 'list' ? (
            <section className="box cure">
              <RowTable rows={shown} {...(selected && { selected: selected.key })} named />
            </section>
          ) : by === 'package' ? (
            groupPackages(shown).map((group) => (
              <section key={`${group.name} ${group.version}`} className="box cure">
                <h3>
                  {group.name} <code>{group.version}</code>{' '}
                  <small>
                    {counted(group.rows.length, 'finding')}
                    {group.target !== undefined && ` · ${group.target} clears what has a fix`}
                  </small>
                </h3>
                <RowTable rows={group.rows} {...(selected && { selected: selected.key })} named={false} />
              </section>
            ))
          ) : (
            cures.map((cure) => <CureBox key={cure.key} cure={cure} {...(selected && { selected: selected.key })} />)
          )}
        </div>
        {selected && <Explanation image={image} report={report} row={selected} />}
      </div>
      <SetAside image={image} report={report} />
    </>
  );
}

/** What is wrong with it, by what clears it. */
export function Findings({ image, report }: { image: Image; report: Resource<Report | undefined> }) {
  if (isRunning(image.judgement))
    return (
      <div className="box">
        <Empty title={standingOf(image).answer}>
          <p className="q2">{standingOf(image).reason}</p>
        </Empty>
      </div>
    );
  if (image.judgement.counts === undefined) return <Notice tone="unknown">{standingOf(image).reason}</Notice>;
  return (
    <Loaded resource={report} what="The findings could not be read." rows={10}>
      {(data) => <Known image={image} report={data} />}
    </Loaded>
  );
}
