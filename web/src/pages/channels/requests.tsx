import { type Answer, call } from '../../api/client.ts';
import { refresh, useAction, useLast, useResource } from '../../api/resource.ts';
import { typed } from '../../model/form.ts';
import { sentence } from '../../model/format.ts';
import type { Tone } from '../../model/standing.ts';
import { Field } from '../../parts/asked.tsx';
import { DigestText } from '../../parts/copy.tsx';
import { Glyph } from '../../parts/marks.tsx';
import { Segment } from '../../parts/page.tsx';
import { Empty, Loaded, Refused } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Link, useAddress, withQuery } from '../../shell/router.tsx';
import { useMe } from '../../shell/session.tsx';
import { RuleRow } from '../policy/rule-row.tsx';

type Request = Answer<'listPromotions'>['items'][number];
type Details = Answer<'getPromotion'>;

const states = {
  open: ['unknown', 'Waits'],
  promoted: ['ok', 'Promoted'],
  rejected: ['bad', 'Rejected'],
  expired: ['expired', 'Expired'],
  void: ['none', 'Void'],
} as const satisfies Record<Request['state'], readonly [Tone, string]>;

function stateOf({ state, rolledBackAt }: Request): readonly [Tone, string] {
  return rolledBackAt === undefined ? states[state] : ['warn', 'Rolled back'];
}

const shown = ['open', 'promoted', ''] as const;
const names = { open: 'Waiting', promoted: 'Promoted', '': 'All' } as const;

/** Requests of an organisation, with what each waits for or stood on. */
export function Requests({ organisation }: { organisation: string }) {
  const { query } = useAddress();
  const state = shown.find((each) => each === (query.get('state') ?? 'open')) ?? 'open';
  const found = useLast(
    useResource(
      'listPromotions',
      { query: { organisation, limit: 100, ...(state !== '' && { state }) } },
      () => 15_000,
    ),
  );
  const chosen = query.get('request');
  return (
    <section aria-label="Requests">
      <div className="filters">
        <Segment
          label="Requests"
          current={state}
          items={shown.map((id) => ({ id, label: names[id], href: withQuery({ state: id, request: undefined }) }))}
        />
      </div>
      <Loaded resource={found} what="The requests could not be listed." rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="box">
              <Empty title={state === 'open' ? 'Nothing waits to go on' : 'No requests'} />
            </div>
          ) : (
            <div className="list-detail">
              <nav className="box li" aria-label="Requests">
                <ul>
                  {items.map((each) => {
                    const [tone, words] = stateOf(each);
                    return (
                      <li key={each.id}>
                        <Link
                          href={withQuery({ request: each.id })}
                          keepScroll
                          aria-current={each.id === (chosen ?? items[0]!.id) ? 'true' : undefined}
                        >
                          <Glyph tone={tone} label={words} />
                          <span>
                            <code>
                              {each.to.repository}:{each.to.tag}
                            </code>
                          </span>
                          <span className="q3">
                            <Time at={each.askedAt} />
                          </span>
                          <p>{`${each.askedBy}: ${each.reason}`}</p>
                        </Link>
                      </li>
                    );
                  })}
                </ul>
              </nav>
              <Detail key={chosen ?? items[0]!.id} id={chosen ?? items[0]!.id} />
            </div>
          )
        }
      </Loaded>
    </section>
  );
}

function Detail({ id }: { id: string }) {
  const found = useResource('getPromotion', { params: { id } }, () => 15_000);
  return (
    <Loaded resource={found} what="The request could not be read." rows={6}>
      {(each) => {
        const [tone, words] = stateOf(each);
        const requirements = each.evidence?.requirements ?? each.requirements;
        return (
          <article className="stack">
            <section className={`banner ${tone}`}>
              <Glyph tone={tone} />
              <strong>{`${words}: ${each.from.repository}:${each.from.tag} to ${each.to.repository}:${each.to.tag}`}</strong>
              <p>
                {`${each.askedBy} asked `}
                <Time at={each.askedAt} />
                {`: ${each.reason}`}
                {each.note !== '' && ` (${each.note})`}
                {each.rolledBackBy !== undefined && `; rolled back by ${each.rolledBackBy}`}
              </p>
            </section>
            <section className="box">
              <h2 className="box-h">
                {each.evidence ? 'What it stood on' : 'What it needs'}{' '}
                <small>{`channel ${each.channel}, version ${each.version}, stage ${each.stage}`}</small>
              </h2>
              <ul className="needs">
                {requirements.map(({ kind, met, detail }) => (
                  <li key={`${kind} ${detail}`}>
                    <Glyph tone={met ? 'ok' : 'unknown'} label={met ? 'there' : 'missing'} />
                    <span>{sentence(detail)}</span>
                  </li>
                ))}
                {each.approvals.map(({ account, note, at }) => (
                  <li key={account}>
                    <Glyph tone="ok" label="approved" />
                    <span>
                      {`${account} approved `}
                      <Time at={at} />
                      {note !== '' && `: ${note}`}
                    </span>
                  </li>
                ))}
              </ul>
              <p className="pad line-top">
                <DigestText digest={each.digest} />
                {each.previous !== undefined && (
                  <>
                    {' in place of '}
                    <DigestText digest={each.previous} />
                  </>
                )}
              </p>
            </section>
            {each.evidence && <Verdicts evidence={each.evidence} />}
            {each.state === 'open' && <Answering request={each} />}
          </article>
        );
      }}
    </Loaded>
  );
}

/** Every rule that was asked at the gates of the next stage; none where no policy speaks. */
function Verdicts({ evidence }: { evidence: NonNullable<Details['evidence']> }) {
  const results = evidence.verdicts.flatMap(({ gate, results: some }) => some.map((result) => ({ gate, result })));
  if (results.length === 0) return null;
  return (
    <section className="box">
      <h2 className="box-h">
        Rules <small>judged when it was carried out</small>
      </h2>
      <ul className="rules">
        {results.map(({ gate, result }) => (
          <RuleRow key={`${gate} ${result.policy} ${result.rule} ${result.digest}`} result={result} />
        ))}
      </ul>
    </section>
  );
}

/** The word of whoever approves, or ends it; who asked can only end it. */
function Answering({ request }: { request: Details }) {
  const me = useMe();
  const answer = useAction(async (word: 'approve' | 'reject', note: string) => {
    const params = { id: request.id };
    if (word === 'approve') await call('approvePromotion', { params, body: { note } });
    else await call('rejectPromotion', { params, body: { reason: note } });
    refresh('getPromotion', 'listPromotions', 'getChannel');
  });
  return (
    <section className="box">
      <h2 className="box-h">
        Your word <small>it is kept with the request, and stands in the audit</small>
      </h2>
      <form
        className="pad form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const pressed = event.nativeEvent.submitter?.getAttribute('value');
          const word = pressed === 'reject' ? 'reject' : 'approve';
          void answer.run(word, typed(new FormData(form), 'note').trim()).then((done) => done && form.reset());
        }}
      >
        <div className="rowf">
          <Field label="Note" name="note" required maxLength={1000} />
          {request.askedBy !== me.name && (
            <button type="submit" value="approve" className="btn primary" disabled={answer.busy}>
              Approve
            </button>
          )}
          <button type="submit" value="reject" className="btn" disabled={answer.busy}>
            {request.askedBy === me.name ? 'Withdraw' : 'Reject'}
          </button>
        </div>
        <Refused error={answer.error} />
      </form>
    </section>
  );
}
