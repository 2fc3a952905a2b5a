import type { Answer } from '../../api/client.ts';
import { useLast, useResource } from '../../api/resource.ts';
import { imageAddress } from '../../model/addresses.ts';
import { counted, sentence } from '../../model/format.ts';
import { type Gate, gateNames } from '../../model/verdict.ts';
import { DigestText } from '../../parts/copy.tsx';
import { Glyph } from '../../parts/marks.tsx';
import { PageHead, Segment } from '../../parts/page.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Link, useAddress, withQuery } from '../../shell/router.tsx';
import { useMe } from '../../shell/session.tsx';
import { ExceptionForm } from './exception-form.tsx';
import { RuleRow } from './rule-row.tsx';

type Denial = Answer<'listDenials'>['items'][number];

function nameOf({ repository, tag, digest }: Denial): string {
  if (tag !== undefined) return `${repository}:${tag}`;
  return digest === undefined ? repository : `${repository}@${digest.slice(0, 19)}…`;
}

function toneOf({ mode }: Denial): 'bad' | 'warn' {
  return mode === 'enforce' ? 'bad' : 'warn';
}

type Shown = Answer<'getDenial'>;

/** Of an image that is here: which rules, on what evidence, and the way to an exception. */
function Judged({
  denial,
  digest,
  verdict,
}: {
  denial: Shown;
  digest: string;
  verdict: NonNullable<Shown['verdict']>;
}) {
  return (
    <>
      <section className="box">
        <h2 className="box-h">Rules and evidence</h2>
        <ul className="rules">
          {verdict.results
            .filter(({ state }) => state !== 'holds' && state !== 'not-applicable')
            .map((result) => (
              <RuleRow key={`${result.policy} ${result.rule} ${result.digest}`} result={result} />
            ))}
        </ul>
        <p className="pad line-top">
          <Link href={imageAddress(denial.repository, denial.tag ?? digest)}>The image</Link>{' '}
          <DigestText digest={digest} />
        </p>
      </section>
      <ExceptionForm repository={denial.repository} digest={digest} policy={denial.policy} rule={denial.rule} />
    </>
  );
}

function Detail({ id }: { id: string }) {
  const denial = useResource('getDenial', { params: { id } });
  return (
    <Loaded resource={denial} what="The refusal could not be read." rows={6}>
      {(each) => (
        <article className="stack">
          <section className={`banner ${toneOf(each)}`}>
            <Glyph tone={toneOf(each)} />
            <strong>
              {each.mode === 'enforce'
                ? `${gateNames[each.gate as Gate]} of ${nameOf(each)} was refused`
                : `${gateNames[each.gate as Gate]} of ${nameOf(each)} would be refused`}
            </strong>
            <p>
              {`${counted(each.count, 'attempt')} by ${each.actor} since `}
              <Time at={each.firstAt} />
              {', last '}
              <Time at={each.lastAt} />
            </p>
          </section>
          {each.mode === 'enforce' && (
            <section className="box">
              <h2 className="box-h">
                What the client was told <small>one line, the same in docker, podman and kubectl</small>
              </h2>
              <div className="pad">
                <pre className="code wrap-code">{each.verdict?.line ?? each.statement}</pre>
              </div>
            </section>
          )}
          {each.verdict && each.digest !== undefined && (
            <Judged denial={each} digest={each.digest} verdict={each.verdict} />
          )}
        </article>
      )}
    </Loaded>
  );
}

/** What gates refused, and what they would refuse: one line a rule, image and actor. */
export function DenialsPage() {
  const me = useMe();
  const { query } = useAddress();
  const gate = query.get('gate') as Gate | null;
  const chosen = query.get('denial');
  const denials = useLast(
    useResource(
      'listDenials',
      me.name === undefined ? undefined : { query: { limit: 200, ...(gate && { gate }) } },
      () => 15_000,
    ),
  );
  return (
    <>
      <PageHead title="Denials" name="Denials">
        <p className="sub">
          What the gates refused, and what they would refuse if their policy were enforced. Where you hold the right
          audit.
        </p>
      </PageHead>
      <div className="filters">
        <Segment
          label="Gate"
          current={gate ?? ''}
          items={[
            { id: '', label: 'All', href: withQuery({ gate: undefined, denial: undefined }) },
            ...(Object.keys(gateNames) as Gate[]).map((each) => ({
              id: each,
              label: gateNames[each],
              href: withQuery({ gate: each, denial: undefined }),
            })),
          ]}
        />
      </div>
      <Loaded resource={denials} what="The refusals could not be listed." rows={6}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="box">
              <Empty title="Nothing was refused">
                <p>
                  Policies that only audit are listed here too. <Link href="/policies">Policies</Link>
                </p>
              </Empty>
            </div>
          ) : (
            <div className="list-detail">
              <nav className="box li" aria-label="Denials">
                <ul>
                  {items.map((each) => (
                    <li key={each.id}>
                      <Link
                        href={withQuery({ denial: each.id })}
                        keepScroll
                        aria-current={each.id === (chosen ?? items[0]!.id) ? 'true' : undefined}
                      >
                        <Glyph tone={toneOf(each)} label={each.mode} />
                        <span>
                          <code>{each.rule}</code>
                        </span>
                        <span className="q3">
                          <Time at={each.lastAt} />
                        </span>
                        <p>{`${nameOf(each)}, ${gateNames[each.gate as Gate]}: ${sentence(each.statement)}`}</p>
                      </Link>
                    </li>
                  ))}
                </ul>
              </nav>
              <Detail key={chosen ?? items[0]!.id} id={chosen ?? items[0]!.id} />
            </div>
          )
        }
      </Loaded>
    </>
  );
}
