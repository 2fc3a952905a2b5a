import { useEffect, useState } from 'react';
import { type Answer, ApiError, call } from '../../api/client.ts';
import { refresh, useAction, useResource } from '../../api/resource.ts';
import { imageAddress } from '../../model/addresses.ts';
import { counted } from '../../model/format.ts';
import { doorOf, type Gate, gateNames, type Verdict } from '../../model/verdict.ts';
import { Glyph } from '../../parts/marks.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Refused } from '../../parts/states.tsx';
import { Link } from '../../shell/router.tsx';

const PAUSE_MS = 400;
/** Images that a policy is tried on: the newest of so many repositories. */
const TRIED = 12;

type Checked = Answer<'checkPolicies'>['items'];
interface Tried {
  readonly repository: string;
  readonly tag: string;
  readonly verdict: Verdict;
}

/** What is wrong with the text, or what its rules mean, a moment after the last key. */
function useChecked(text: string): { readonly rules: Checked | undefined; readonly problem: string | undefined } {
  const [state, setState] = useState<{ rules?: Checked; problem?: string }>({});
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      call('checkPolicies', { body: { text } }, stop.signal).then(
        ({ items }) => setState({ rules: items }),
        (error: unknown) =>
          !stop.signal.aborted && setState({ problem: error instanceof ApiError ? error.message : String(error) }),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return { rules: state.rules, problem: state.problem };
}

/** The verdicts on the newest image of some repositories, under the text as it stands. */
function Preview({ text, rules }: { text: string; rules: Checked }) {
  const repositories = useResource('listRepositories', { query: { limit: TRIED } });
  const gate: Gate = rules[0]?.gates.includes('pull') ? 'pull' : (rules[0]?.gates[0] ?? 'pull');
  const [tried, setTried] = useState<readonly Tried[]>();
  const images = (repositories.data?.items ?? []).flatMap(({ name, newest }) =>
    newest ? [{ repository: name, tag: newest.tag }] : [],
  );
  const key = images.map((each) => `${each.repository}:${each.tag}`).join(' ');
  useEffect(() => {
    const stop = new AbortController();
    void Promise.all(
      images.map(async ({ repository, tag }) => {
        const body = { gate, repository, reference: tag, policies: text };
        return { repository, tag, verdict: await call('decide', { body }, stop.signal) };
      }),
    ).then(
      (found) => !stop.signal.aborted && setTried(found),
      () => undefined,
    );
    return () => stop.abort();
    // The key holds the images.
  }, [text, gate, key]);
  if (images.length === 0) return <p className="pad q2">There is no image to try it on yet.</p>;
  if (!tried) return <p className="pad q2">Trying it on {counted(images.length, 'image')} …</p>;
  const stopped = tried.filter(({ verdict }) =>
    verdict.results.some((each) => each.state === 'broken' || each.state === 'unknown'),
  );
  return (
    <>
      <p className="pad" role="status">
        {`At ${gateNames[gate].toLowerCase()}, it stands against ${stopped.length} of ${counted(tried.length, 'image')}.`}
      </p>
      <Rows
        head={['Image', 'Verdict', 'Why']}
        empty="No images"
        rows={tried.map(({ repository, tag, verdict }) => {
          const door = doorOf(verdict);
          const first = verdict.results[0];
          return {
            key: repository,
            cells: [
              <Link key="image" href={imageAddress(repository, tag)}>{`${repository}:${tag}`}</Link>,
              <span key="verdict" className="v">
                <Glyph tone={door.tone} label={door.label} /> {door.words}
              </span>,
              first && first.state !== 'holds' ? `${first.rule}: ${first.statement}` : '',
            ],
          };
        })}
      />
    </>
  );
}

/** A policy as text; its problems, its expressions and what it does to real images show while it is written. */
export function PolicyEditor({ text: before, title, done }: { text: string; title: string; done: () => void }) {
  const [text, setText] = useState(before);
  const { rules, problem } = useChecked(text);
  const save = useAction(async () => {
    await call('applyPolicies', { body: { text } });
    refresh('listPolicies', 'getVerdicts', 'listDenials');
    done();
  });
  return (
    <section className="box">
      <h2 className="box-h">{title}</h2>
      <div className="editor">
        <div className="pad form">
          <label className="f">
            Policy, as YAML
            <textarea
              className="mono"
              rows={18}
              spellCheck={false}
              value={text}
              aria-describedby="policy-problem"
              onChange={(event) => setText(event.target.value)}
            />
          </label>
          <p id="policy-problem" className={problem === undefined ? 'q2' : 'v bad'} role="status">
            {problem !== undefined && <Glyph tone="bad" />}
            <span>{problem ?? (rules ? 'It can be read; every rule compiles.' : 'Reading it …')}</span>
          </p>
          <div className="rowf">
            <button
              type="button"
              className="btn primary"
              disabled={save.busy || problem !== undefined}
              onClick={() => void save.run()}
            >
              Put in force
            </button>
            <button type="button" className="btn quiet" onClick={done}>
              Close
            </button>
          </div>
          <Refused error={save.error} />
        </div>
        <div>
          {rules && (
            <>
              <ul className="rules">
                {rules.flatMap((policy) =>
                  policy.rules.map(({ id, expression }) => (
                    <li key={`${policy.name} ${id}`} className="rule">
                      <Glyph tone="ok" />
                      <div>
                        <code>{`${policy.name}/${id}`}</code>
                        <code className="q3 line">{expression}</code>
                      </div>
                    </li>
                  )),
                )}
              </ul>
              <Preview text={text} rules={rules} />
            </>
          )}
        </div>
      </div>
    </section>
  );
}
