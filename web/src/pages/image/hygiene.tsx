import { useState } from 'react';
import type { Resource } from '../../api/resource.ts';
import { counted } from '../../model/format.ts';
import {
  groupByRule,
  headingOf,
  kinds,
  type ObservationKind,
  observationsOf,
  placeInWords,
  type RuleGroup,
} from '../../model/observations.ts';
import type { Observation, Report } from '../../model/severity.ts';
import { isRunning, standingOf } from '../../model/standing.ts';
import { FilterInput } from '../../parts/filter-input.tsx';
import { SeverityMark } from '../../parts/marks.tsx';
import { Pill } from '../../parts/page.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { Link, navigate, useAddress, withQuery } from '../../shell/router.tsx';
import type { Image } from './image.tsx';

const FIRST = 5;
const names: Readonly<Record<ObservationKind, string>> = {
  secret: 'Secrets',
  malware: 'Malware',
  practice: 'Practices',
  licence: 'Licences',
  minimality: 'Minimality',
};

function Place({ each, layers }: { each: Observation; layers: ReadonlyMap<string, number> }) {
  const layer = each.layer && layers.get(each.layer.digest);
  return (
    <li>
      <code className="wrap">{placeInWords(each)}</code>
      {layer !== undefined && (
        <span className="q2">
          {' '}
          in{' '}
          <Link href={withQuery({ tab: 'layers', layer: String(layer), find: undefined, kind: undefined })}>
            layer {layer + 1}
          </Link>
        </span>
      )}
      {each.removed && <span className="q2">, deleted later and still in the layer</span>}
      {each.detail && each.kind !== 'licence' && <div className="q2 wrap">{each.detail}</div>}
    </li>
  );
}

function Rule({ group, layers }: { group: RuleGroup; layers: ReadonlyMap<string, number> }) {
  const [all, setAll] = useState(false);
  const { first, places } = group;
  const shown = all ? places : places.slice(0, FIRST);
  return (
    <tr>
      <td className="nw">
        <SeverityMark severity={first.severity} />
      </td>
      <td className="t">
        <div>{first.kind === 'licence' ? (first.detail ?? first.title) : first.title}</div>
        <div className="q2">
          <code>{first.id}</code>
          {first.aliases.length > 0 && ` ${first.aliases.join(', ')}`}
        </div>
        {first.cure && <div className="q2">To clear it: {first.cure}</div>}
      </td>
      <td>
        {first.kind === 'licence' ? (
          <span className="q2">{first.title}</span>
        ) : (
          <ul className="places">
            {shown.map((each, at) => (
              <Place key={at} each={each} layers={layers} />
            ))}
          </ul>
        )}
        {shown.length < places.length && (
          <button type="button" className="link" onClick={() => setAll(true)}>
            {counted(places.length - shown.length, 'more place', 'more places')}
          </button>
        )}
      </td>
    </tr>
  );
}

function Known({ image, report }: { image: Image; report: Report }) {
  const { query } = useAddress();
  const all = observationsOf(report.findings);
  const text = query.get('find') ?? '';
  const asked = kinds.find((each) => each === query.get('kind'));
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = all.filter((each) =>
    words.every((word) =>
      `${each.id} ${each.title} ${each.path ?? ''} ${each.detail ?? ''}`.toLowerCase().includes(word),
    ),
  );
  const shown = kinds.filter((kind) => (!asked || kind === asked) && matching.some((each) => each.kind === kind));
  const layers = new Map((image.layers ?? []).map((layer, position) => [layer.digest, position]));
  if (all.length === 0)
    return (
      <div className="box">
        <Empty title="Nothing of the kind was found">
          <p className="q2">No secrets, no signs of malware, and nothing to mend in how it is built.</p>
        </Empty>
      </div>
    );
  return (
    <>
      <div className="filters">
        <FilterInput
          label="Filter"
          placeholder="Filter: rule, file, words"
          value={text}
          onFilter={(typed) => navigate(withQuery({ find: typed || undefined }), { replace: true })}
        />
        {kinds
          .filter((kind) => all.some((each) => each.kind === kind))
          .map((kind) => (
            <Pill
              key={kind}
              pressed={asked === kind}
              n={all.filter((each) => each.kind === kind).length}
              onClick={() => navigate(withQuery({ kind: asked === kind ? undefined : kind }), { replace: true })}
            >
              {names[kind]}
            </Pill>
          ))}
      </div>
      {shown.length === 0 && (
        <div className="box">
          <Empty title="Nothing matches the filter">
            <Link href={withQuery({ find: undefined, kind: undefined })}>Clear the filter</Link>
          </Empty>
        </div>
      )}
      {shown.map((kind) => (
        <section key={kind} className="ruled" aria-labelledby={`kind-${kind}`}>
          <h2 className="sec" id={`kind-${kind}`}>
            {headingOf(kind, matching)}
          </h2>
          <div className="box">
            <div className="scroll" tabIndex={0} role="region" aria-label={names[kind]}>
              <table className="cards rules">
                <thead>
                  <tr>
                    <th scope="col">Severity</th>
                    <th scope="col">What</th>
                    <th scope="col">{kind === 'licence' ? 'What it asks' : 'Where'}</th>
                  </tr>
                </thead>
                <tbody>
                  {groupByRule(matching, kind).map((group) => (
                    <Rule key={group.key} group={group} layers={layers} />
                  ))}
                </tbody>
              </table>
            </div>
          </div>
        </section>
      ))}
    </>
  );
}

/** Secrets, malware, practices, licences, minimality: what is wrong beside the vulnerabilities of packages. */
export function Hygiene({ image, report }: { image: Image; report: Resource<Report | undefined> }) {
  if (isRunning(image.judgement) || image.judgement.counts === undefined)
    return (
      <div className="box">
        <Empty title={standingOf(image).answer}>
          <p className="q2">{standingOf(image).reason}</p>
        </Empty>
      </div>
    );
  return (
    <Loaded resource={report} what="What was found could not be read." rows={10}>
      {(data) => <Known image={image} report={data} />}
    </Loaded>
  );
}
