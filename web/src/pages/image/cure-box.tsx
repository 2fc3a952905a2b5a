import { Fragment, useState } from 'react';
import { type Cure, type PackageGroup, type Row, statusInWords } from '../../model/cures.ts';
import { cvssScore } from '../../model/cvss.ts';
import { countBy } from '../../model/severity.ts';
import { Command } from '../../parts/copy.tsx';
import { SeverityCounts, SeverityMark } from '../../parts/marks.tsx';
import { Link, withQuery } from '../../shell/router.tsx';

const FIRST = 5;

function FindingRow({ row, selected, named }: { row: Row; selected: boolean; named: boolean }) {
  const { finding } = row;
  const scores = finding.cvss?.map(cvssScore).filter((score) => score !== undefined) ?? [];
  return (
    <tr data-selected={selected ? '' : undefined}>
      <td>
        <SeverityMark severity={row.severity} />
      </td>
      <td className="t">
        <Link
          className="name mono"
          data-row
          keepScroll
          aria-current={selected ? 'true' : undefined}
          href={withQuery({ finding: row.key })}
        >
          {row.id}
        </Link>
        {finding.exploited && <span className="kev">exploited</span>}
        {named && (
          <span className="q2">
            {' '}
            {finding.evidence.judgedName} <code className="q3">{finding.evidence.judgedVersion}</code>
          </span>
        )}
        {finding.summary && <span className="under clip">{finding.summary}</span>}
      </td>
      <td className="r x q2">{scores.length > 0 ? Math.max(...scores).toFixed(1) : ''}</td>
      <td className="fix">
        {finding.fixedVersion === undefined ? (
          <span className="q3">{statusInWords(finding)}</span>
        ) : (
          <code className="fixed">{finding.fixedVersion}</code>
        )}
      </td>
    </tr>
  );
}

function Head() {
  return (
    <thead>
      <tr>
        <th scope="col">Severity</th>
        <th scope="col">Finding</th>
        <th scope="col" className="r">
          CVSS
        </th>
        <th scope="col">Fixed in</th>
      </tr>
    </thead>
  );
}

export function RowTable({ rows, selected, named }: { rows: readonly Row[]; selected?: string; named: boolean }) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, 100);
  return (
    <>
      <table className="cards">
        <Head />
        <tbody>
          {shown.map((row) => (
            <FindingRow key={row.key} row={row} selected={row.key === selected} named={named} />
          ))}
        </tbody>
      </table>
      {shown.length < rows.length && (
        <div className="foot-row">
          <button type="button" className="link" onClick={() => setAll(true)}>
            Show all {rows.length.toLocaleString('en')}
          </button>
        </div>
      )}
    </>
  );
}

function Group({ group, selected }: { group: PackageGroup; selected: string | undefined }) {
  const holds = group.rows.some((row) => row.key === selected);
  const [all, setAll] = useState(false);
  const open = all || (holds && !group.rows.slice(0, FIRST).some((row) => row.key === selected));
  const shown = open ? group.rows : group.rows.slice(0, FIRST);
  const names = [...new Set(group.rows.flatMap((row) => row.packages))].filter((name) => name !== group.name);
  return (
    <Fragment>
      <tr className="pk">
        <td colSpan={4}>
          <b>{group.name}</b> {group.version}
          {group.target !== undefined && (
            <>
              <span className="arrow" aria-label="to">
                →
              </span>
              <span className="to">{group.target}</span>
            </>
          )}{' '}
          <span className="q3 pk-note" title={names.join(', ')}>
            {group.ecosystem}
            {names.length > 0 &&
              `, installed as ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`}
          </span>
        </td>
      </tr>
      {shown.map((row) => (
        <FindingRow key={row.key} row={row} selected={row.key === selected} named={false} />
      ))}
      {shown.length < group.rows.length && (
        <tr>
          <td className="x" />
          <td className="t" colSpan={3}>
            <button type="button" className="link" data-row onClick={() => setAll(true)}>
              {group.rows.length - shown.length} more in this package
            </button>
          </td>
        </tr>
      )}
    </Fragment>
  );
}

/** One thing to do, the command that does it, and what it clears; what has no fix yet is folded. */
export function CureBox({ cure, selected }: { cure: Cure; selected?: string }) {
  const [asked, setAsked] = useState<boolean>();
  const [every, setEvery] = useState(false);
  const open = asked ?? (cure.fixable || cure.rows.some((row) => row.key === selected));
  const groups = every ? cure.groups : cure.groups.slice(0, 40);
  return (
    <section className={`box cure ${open ? '' : 'folded'}`} aria-label={cure.title}>
      <header>
        <h3>{cure.title}</h3>
        <span className="cure-counts">
          <SeverityCounts counts={countBy(cure.rows)} />
          {!cure.fixable && (
            <button type="button" className="btn" aria-expanded={open} onClick={() => setAsked(!open)}>
              {open ? 'Fold' : 'Show'}
            </button>
          )}
        </span>
        <p>{cure.detail}</p>
        {cure.command !== undefined && <Command line={cure.command} />}
      </header>
      {open && (
        <table className="cards">
          <Head />
          <tbody>
            {groups.map((group) => (
              <Group key={`${group.name} ${group.version}`} group={group} selected={selected} />
            ))}
          </tbody>
        </table>
      )}
      {open && groups.length < cure.groups.length && (
        <div className="foot-row">
          <button type="button" className="link" onClick={() => setEvery(true)}>
            {cure.groups.length - groups.length} more packages
          </button>
        </div>
      )}
    </section>
  );
}
