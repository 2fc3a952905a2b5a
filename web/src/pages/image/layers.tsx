import { Fragment } from 'react';
import { countBy, type Report, total, worstOf } from '../../model/severity.ts';
import { counted, instruction, size } from '../../model/format.ts';
import { isKnown } from '../../model/standing.ts';
import { coreOf, ROW } from '../../model/core-sample.ts';
import { rowsOf } from '../../model/cures.ts';
import { DigestText } from '../../parts/copy.tsx';
import { SeverityCounts } from '../../parts/marks.tsx';
import { Empty } from '../../parts/states.tsx';
import { Link, useAddress, withQuery } from '../../shell/router.tsx';
import type { Image } from './image.tsx';
import { LayerFiles } from './layer-files.tsx';

type Layer = NonNullable<Image['layers']>[number];

const edge: Readonly<Record<string, string>> = {
  critical: 'var(--s-critical)',
  high: 'var(--s-high)',
  medium: 'var(--s-medium)',
  low: 'var(--s-low)',
  negligible: 'var(--s-none)',
  unknown: 'var(--unknown)',
};

function findingsByLayer(report: Report | undefined) {
  return Map.groupBy(rowsOf(report?.findings ?? []), (row) => row.finding.layer.digest);
}

function CoreSample({
  layers,
  worst,
  selected,
}: {
  layers: readonly Layer[];
  worst: (layer: Layer) => string | undefined;
  selected: number;
}) {
  const core = coreOf(layers.map((layer) => ({ size: layer.size, empty: layer.empty })));
  return (
    <svg viewBox={`0 0 132 ${core.height}`} height={core.height} aria-hidden="true">
      {core.strata.map(({ position, top, height, rowTop }, i) => {
        const layer = layers[position]!;
        const severity = worst(layer);
        const low = top + height;
        const to = rowTop + 4;
        const from = rowTop + ROW - 4;
        return (
          <Fragment key={position}>
            <path
              className={`st-link ${i === 0 ? '' : 'own'}`}
              d={`M64 ${top}C96 ${top} 96 ${to} 132 ${to}V${from}C96 ${from} 96 ${low} 64 ${low}z`}
            />
            <rect
              className={i === 0 ? 'st-base' : i % 2 === 0 ? 'st-own' : 'st-own2'}
              x="24"
              y={top}
              width="40"
              height={height}
            />
            {severity && <rect x="16" y={top} width="6" height={height} fill={edge[severity]} />}
            {position === selected && (
              <rect
                className="st-sel"
                fill="none"
                x="24.75"
                y={top + 0.75}
                width="38.5"
                height={Math.max(1, height - 1.5)}
              />
            )}
          </Fragment>
        );
      })}
    </svg>
  );
}

/** The layers as a core sample: height follows size, the edge the worst finding, each with the step that made it. */
export function Layers({ image, report }: { image: Image; report: Report | undefined }) {
  const { query } = useAddress();
  const layers = image.layers ?? [];
  const found = findingsByLayer(report);
  const stored = layers.filter((layer) => !layer.empty);
  const asked = Number(query.get('layer') ?? Number.NaN);
  const selected = layers[asked] ? asked : -1;
  const compressed = stored.reduce((sum, layer) => sum + layer.size, 0);
  if (layers.length === 0)
    return (
      <div className="box">
        <Empty title="No layers" />
      </div>
    );
  return (
    <section aria-labelledby="layers-h">
      <h2 className="sec" id="layers-h">
        Layers and the instructions that made them{' '}
        <small>
          {counted(stored.length, 'layer')}, {size(compressed)} compressed. Height follows size, the left edge shows the
          worst finding.
        </small>
      </h2>
      <div className="box">
        <div className="core-h" aria-hidden="true">
          <span>Core sample</span>
          <span />
          <span>Instruction</span>
          <span className="w">Layer</span>
          <span className="r">Size</span>
          <span className="r w">Packages</span>
          <span>Findings</span>
        </div>
        <div className="core">
          <CoreSample
            layers={layers}
            selected={selected}
            worst={(layer) => worstOf(countBy(found.get(layer.digest) ?? []))}
          />
          <ol>
            {layers.map((layer, position) => {
              const rows = found.get(layer.digest) ?? [];
              const counts = countBy(rows);
              return (
                <li
                  key={`${position}${layer.digest}`}
                  className={layer.empty ? 'void' : ''}
                  data-selected={position === selected ? '' : undefined}
                >
                  <span className="ln">{position + 1}</span>
                  {layer.empty ? (
                    <code title={layer.instruction}>{instruction(layer.instruction ?? 'instruction unknown')}</code>
                  ) : (
                    <Link
                      className="step-link"
                      data-row
                      keepScroll
                      aria-current={position === selected ? 'true' : undefined}
                      href={withQuery({ layer: position === selected ? undefined : String(position) })}
                    >
                      <code title={layer.instruction}>
                        {layer.instruction === undefined ? 'instruction unknown' : instruction(layer.instruction)}
                      </code>
                    </Link>
                  )}
                  <span className="w">{!layer.empty && <DigestText digest={layer.digest} copy={false} />}</span>
                  <span className="r sz q2">{layer.empty ? 'no layer' : size(layer.size)}</span>
                  <span className="r w q3">{layer.packages > 0 ? layer.packages.toLocaleString('en') : ''}</span>
                  <span className="fd">
                    {layer.empty ? null : !report || !isKnown(image.judgement) ? (
                      <span className="q3">unknown</span>
                    ) : rows.length > 0 ? (
                      <SeverityCounts counts={counts} />
                    ) : (
                      <span className="q3">none found</span>
                    )}
                  </span>
                </li>
              );
            })}
          </ol>
        </div>
        {selected >= 0 && (
          <LayerDetail
            image={image}
            layer={layers[selected]!}
            report={report}
            findings={total(countBy(found.get(layers[selected]!.digest) ?? []))}
          />
        )}
      </div>
    </section>
  );
}

function LayerDetail({
  image,
  layer,
  report,
  findings,
}: {
  image: Image;
  layer: Layer;
  report: Report | undefined;
  findings: number;
}) {
  const added = report?.packages.filter((each) => each.layer.digest === layer.digest) ?? [];
  return (
    <div className="layer-detail">
      <p className="facts">
        <span>
          <DigestText digest={layer.digest} />
        </span>
        <span>{layer.mediaType}</span>
        {findings > 0 && <span>{counted(findings, 'finding')}</span>}
      </p>
      {layer.instruction && (
        <pre className="code wrap-code" tabIndex={0}>
          {layer.instruction}
        </pre>
      )}
      {report && (
        <p className="q2 added">
          {added.length === 0 ? 'It added no package.' : `It added ${counted(added.length, 'package')}: `}
          {added.slice(0, 60).map((each) => (
            <code key={each.purl + each.path}>
              {each.name} {each.version}
            </code>
          ))}
          {added.length > 60 && (
            <Link href={withQuery({ tab: 'packages', layer: undefined })}>and {added.length - 60} more</Link>
          )}
        </p>
      )}
      {!layer.empty && report && <LayerFiles key={layer.digest} image={image} layer={layer.digest} />}
    </div>
  );
}
