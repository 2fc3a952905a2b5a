import { useEffect, useRef, useState } from 'react';
import { vulnerabilityAddress } from '../../model/addresses.ts';
import { groupByCure, type Row, statusInWords } from '../../model/cures.ts';
import { cvssScore } from '../../model/cvss.ts';
import { counted, instruction, size } from '../../model/format.ts';
import { advisoryLinks } from '../../model/references.ts';
import type { Report } from '../../model/severity.ts';
import { Command, DigestText } from '../../parts/copy.tsx';
import { Icon, severityLetter, severityName, SeverityShape } from '../../parts/marks.tsx';
import { Time } from '../../parts/time.tsx';
import { Link, navigate, withQuery } from '../../shell/router.tsx';
import type { Image } from './image.tsx';
import { StatementForm } from './statement.tsx';

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia('(max-width: 1179px)').matches);
  useEffect(() => {
    const media = matchMedia('(max-width: 1179px)');
    const told = () => setNarrow(media.matches);
    media.addEventListener('change', told);
    return () => media.removeEventListener('change', told);
  }, []);
  return narrow;
}

/** Moves focus in, keeps it inside while the drawer is a sheet, and gives it back on closing. */
function useDrawerFocus(narrow: boolean, key: string) {
  const box = useRef<HTMLElement>(null);
  const from = useRef<Element | null>(null);
  useEffect(() => {
    from.current = document.activeElement;
    return () => {
      if (from.current instanceof HTMLElement && from.current.isConnected) from.current.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    if (narrow) box.current?.querySelector<HTMLElement>('[data-key="Escape"]')?.focus();
    box.current?.scrollTo(0, 0);
  }, [narrow, key]);
  useEffect(() => {
    const node = box.current;
    if (!narrow || !node) return undefined;
    const hold = (event: KeyboardEvent) => {
      if (event.key !== 'Tab') return;
      // What is closed or switched off takes no focus, so that it is neither the first stop nor the last.
      const stops = [
        ...node.querySelectorAll<HTMLElement>('a[href], button, summary, input, select, textarea, [tabindex="0"]'),
      ].filter((each) => !each.matches(':disabled') && each.checkVisibility());
      const first = stops[0];
      const last = stops.at(-1);
      if (event.shiftKey && document.activeElement === first) last?.focus();
      else if (!event.shiftKey && document.activeElement === last) first?.focus();
      else return;
      event.preventDefault();
    };
    node.addEventListener('keydown', hold);
    return () => node.removeEventListener('keydown', hold);
  }, [narrow]);
  return box;
}

const feedNames: Readonly<Record<string, string>> = {
  debian: 'Debian security tracker',
  osv: 'OSV',
  kev: 'Known Exploited Vulnerabilities',
  alpine: 'Alpine security database',
};

/** Why we say so: file, layer, record, comparison, cure, where else. Each step can be checked by hand. */
export function Explanation({ image, report, row }: { image: Image; report: Report; row: Row }) {
  const narrow = useNarrow();
  const box = useDrawerFocus(narrow, row.key);
  const { finding } = row;
  const { evidence } = finding;
  const position = (image.layers ?? [])
    .filter((layer) => !layer.empty)
    .findIndex((layer) => layer.digest === finding.layer.digest);
  const layers = (image.layers ?? []).filter((layer) => !layer.empty).length;
  const feed = report.advisories.feeds.find((each) => each.feed === evidence.feed);
  const score = finding.cvss?.map(cvssScore).find((each) => each !== undefined);
  const cure = groupByCure([row])[0]!;
  const close = withQuery({ finding: undefined });
  const fixed = finding.fixedVersion;
  const many =
    row.packages.length > 3
      ? `${row.packages.slice(0, 3).join(', ')} and ${row.packages.length - 3} more ${row.packages.length === 4 ? 'package' : 'packages'}`
      : row.packages.join(', ');
  return (
    <>
      {narrow && <div className="veil" aria-hidden="true" onClick={() => navigate(close, { keepScroll: true })} />}
      <aside
        ref={box}
        className="drawer sheet"
        aria-labelledby="why-h"
        {...(narrow && { role: 'dialog', 'aria-modal': true })}
      >
        <header>
          <h2 id="why-h">
            <span className="mono">{row.id}</span>
            <span className={`sv s-${severityLetter(row.severity)}`}>
              <SeverityShape severity={row.severity} />
              <span className="sr">{severityName(row.severity)}</span>
            </span>
            {finding.exploited && <span className="kev">exploited</span>}
            <Link className="btn quiet icon x" href={close} keepScroll aria-label="Close" data-key="Escape">
              <Icon name="x" />
            </Link>
          </h2>
          {finding.summary && <p className="q2">{finding.summary}</p>}
          {finding.aliases.length > 0 && <p className="q3 small">Also {finding.aliases.join(', ')}.</p>}
        </header>
        <div className="trio">
          <div>
            <b>{severityName(row.severity)}</b>
            {finding.severitySource}
          </div>
          <div>
            <b>{score === undefined ? 'none' : score.toFixed(1)}</b>
            CVSS 3
          </div>
          <div>
            <b>{fixed === undefined ? 'No' : 'Yes'}</b>
            fix named
          </div>
        </div>
        <ol className="chain">
          <li data-n="1">
            <h3>We found this</h3>
            <p>
              <code>{evidence.path}</code> names {many}, version <code>{finding.package.version}</code>
              {evidence.judgedName !== finding.package.name && (
                <>
                  , built from the source package <code>{evidence.judgedName}</code>
                </>
              )}
              .
            </p>
          </li>
          <li data-n="2">
            <h3>In this layer, from this instruction</h3>
            <p>
              {position >= 0 && `Layer ${position + 1} of ${layers}, `}
              {finding.layer.size !== undefined && `${size(finding.layer.size)}, `}
              <DigestText digest={finding.layer.digest} />
            </p>
            <pre className="code wrap-code" tabIndex={0}>
              {finding.layer.instruction === undefined ? 'instruction unknown' : instruction(finding.layer.instruction)}
            </pre>
          </li>
          <li data-n="3">
            <h3>This advisory record speaks of it</h3>
            <p>
              {feedNames[evidence.feed] ?? evidence.feed}, record <code>{evidence.record}</code>, ecosystem{' '}
              {evidence.ecosystem}
              {feed && (
                <>
                  , imported <Time at={feed.importedAt} /> in set <DigestText digest={feed.digest} copy={false} />
                </>
              )}
              .
            </p>
            {(finding.sources ?? []).slice(1).map((source) => (
              <p key={`${source.feed} ${source.record}`}>
                {feedNames[source.feed] ?? source.feed}, record <code>{source.record}</code>, says the same:{' '}
                {source.severity},{' '}
                {source.fixedVersion === undefined ? source.status : `fixed in ${source.fixedVersion}`} (
                {source.comparison}).
              </p>
            ))}
            <p className="links">
              {advisoryLinks(row.id, finding.references).map(({ href, label }) => (
                <a key={href} href={href} target="_blank" rel="noreferrer noopener">
                  {label}
                </a>
              ))}
            </p>
          </li>
          <li data-n="4">
            <h3>We compared</h3>
            <div className="cmp">
              <span>installed</span>
              <b>
                <u>{evidence.judgedVersion}</u>
              </b>
              <span>fixed</span>
              <b>{fixed === undefined ? 'no version named' : <u className="g">{fixed}</u>}</b>
            </div>
            <p>
              {evidence.comparison}
              {fixed === undefined && `; ${statusInWords(finding)}`}.
            </p>
          </li>
          <li data-n="5">
            <h3>What clears it</h3>
            {fixed === undefined ? (
              <p>
                Nothing yet: no source names a fixed version. The image is judged anew with every import, and shows when
                one does.
              </p>
            ) : (
              <>
                <p>
                  <code>{evidence.judgedName}</code> {fixed} or later.
                </p>
                {cure.command !== undefined && <Command line={cure.command} />}
              </>
            )}
          </li>
          <li data-n="6">
            <h3>Where else</h3>
            <p>
              <Link href={vulnerabilityAddress(row.id)}>All images that have {row.id}</Link>
              {row.packages.length > 1 && `; here it is in ${counted(row.packages.length, 'installed package')}`}.
            </p>
          </li>
          <StatementForm key={row.key} image={image} id={row.id} />
        </ol>
      </aside>
    </>
  );
}
