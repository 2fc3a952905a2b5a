import type { Answer } from '../../api/client.ts';
import type { Resource } from '../../api/resource.ts';
import { doorOf, gateNames, type RuleResult } from '../../model/verdict.ts';
import { Command } from '../../parts/copy.tsx';
import { Segment } from '../../parts/page.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Link, useAddress, withQuery } from '../../shell/router.tsx';
import { useMe } from '../../shell/session.tsx';
import { RuleRow } from '../policy/rule-row.tsx';
import { Hold } from './hold.tsx';

/** Every rule that a gate asks of the image, with its evidence, its cure and the expression that decided. */
export function PolicyTab({
  repository,
  reference,
  verdicts,
}: {
  repository: string;
  reference: string;
  verdicts: Resource<Answer<'getVerdicts'>>;
}) {
  const me = useMe();
  const { query } = useAddress();
  const asked = query.get('gate');
  const name = `${me.registryHost}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
  return (
    <Loaded resource={verdicts} what="The verdict could not be read." rows={6}>
      {({ items }) => {
        const shown = items.find((each) => each.gate === asked) ?? items.find((each) => each.gate === 'pull')!;
        const door = doorOf(shown);
        return (
          <div className="stack">
            <div className="filters">
              <Segment
                label="Gate"
                current={shown.gate}
                items={items.map(({ gate }) => ({ id: gate, label: gateNames[gate], href: withQuery({ gate }) }))}
              />
              <span className="q2">
                {shown.outcome === 'deny' ? 'refused' : door.words}
                {shown.validUntil !== undefined && (
                  <>
                    {' '}
                    · may change by itself <Time at={shown.validUntil} />
                  </>
                )}
              </span>
            </div>
            {shown.outcome === 'deny' && (
              <section className="box">
                <h2 className="box-h">
                  What a client is told <small>one line, the same in docker, podman and kubectl</small>
                </h2>
                <div className="pad">
                  <pre className="code wrap-code">{shown.line}</pre>
                </div>
              </section>
            )}
            <section className="box">
              <h2 className="box-h">
                Rules <small>refusals first; the expression of each alone decides</small>
              </h2>
              {shown.results.length === 0 ? (
                <Empty title="No policy asks anything at this gate">
                  <Link href="/policies">Policies</Link>
                </Empty>
              ) : (
                <ul className="rules">
                  {shown.results.map((each: RuleResult) => (
                    <RuleRow key={`${each.policy} ${each.rule} ${each.digest}`} result={each} />
                  ))}
                </ul>
              )}
              <div className="pad line-top">
                <Command line={`assay policy explain ${name} --gate ${shown.gate}`} />
              </div>
            </section>
            <Hold repository={repository} reference={reference} />
          </div>
        );
      }}
    </Loaded>
  );
}
