import type { Resource } from '../../api/resource.ts';
import { repositoryAddress } from '../../model/addresses.ts';
import { sentence } from '../../model/format.ts';
import type { ImageTrust } from '../../model/trust.ts';
import { DigestText } from '../../parts/copy.tsx';
import { Glyph } from '../../parts/marks.tsx';
import { Empty, Loaded } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { KeyId } from '../../parts/trust-mark.tsx';
import { Link } from '../../shell/router.tsx';
import { SignSteps } from '../repository/sign-steps.tsx';
import { covers, refusedByTrust, toneOfAnswer } from './trust-questions.tsx';

const stateNames = { yes: 'Yes', no: 'No', undecided: 'Undecided' } as const;

/** Who signed this image, under which names and with which keys. */
export function TrustTab({
  repository,
  reference,
  trust,
}: {
  repository: string;
  reference: string;
  trust: Resource<ImageTrust>;
}) {
  return (
    <Loaded resource={trust} what="The trust data could not be read." rows={3}>
      {(data) => {
        const named = data.collections.filter(({ names }) => names.length > 0);
        const loud = refusedByTrust(data);
        const refused = data.collections.filter(({ failure }) => failure);
        return (
          <div className="stack">
            {loud && (
              <section className={`banner ${loud.tone}`} aria-label="Who signed it">
                <Glyph tone={loud.tone} />
                <strong>{loud.answer}</strong>
                <p>{loud.reason}</p>
              </section>
            )}
            <ul className="box answers">
              {data.answers.map((answer) => (
                <li key={answer.number}>
                  <Glyph tone={toneOfAnswer(answer, data)} label={stateNames[answer.state]} />
                  <span className="q2">{answer.question}</span>
                  <span>{sentence(answer.statement)}</span>
                </li>
              ))}
            </ul>
            {refused.map(({ gun, failure }) => (
              <p key={gun} className="v tamper refusal">
                <Glyph tone="tamper" />
                <span>
                  <code className="wrap-any">{gun}</code>: {failure?.detail}
                </span>
              </p>
            ))}
            {named.length > 0 ? (
              <Names data={data} />
            ) : data.collections.length === 0 ? (
              <>
                <h2 className="sec">How to sign it</h2>
                <SignSteps repository={repository} {...(!reference.includes(':') && { tag: reference })} />
              </>
            ) : (
              refused.length === 0 && (
                <div className="box">
                  <Empty title="Nobody has signed this image">
                    <Link href={`${repositoryAddress(repository)}?tab=trust`}>What is signed in the repository</Link>
                  </Empty>
                </div>
              )
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

function Names({ data }: { data: ImageTrust }) {
  return (
    <section>
      <h2 className="sec">Signed names of it</h2>
      <div className="box">
        <div className="scroll" tabIndex={0} role="region" aria-label="Signed names">
          <table className="cards">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Signed digest</th>
                <th scope="col">Signed by</th>
                <th scope="col">Since</th>
                <th scope="col">This image</th>
              </tr>
            </thead>
            <tbody>
              {data.collections.flatMap((collection) =>
                collection.names.map((name) => (
                  <tr key={`${collection.gun}:${name.tag}`} className={covers(data, name) ? '' : 'differs'}>
                    <td className="t wrap-any">
                      <code className="name">
                        {collection.gun}:{name.tag}
                      </code>
                    </td>
                    <td>
                      <DigestText digest={name.digest} />
                    </td>
                    <td>
                      {name.signers.map((signer) => (
                        <span key={signer.name} className="signer">
                          {signer.name}
                          {signer.keys.map((id) => (
                            <KeyId key={id} id={id} />
                          ))}
                        </span>
                      ))}
                    </td>
                    <td className="nw q2">{name.since && <Time at={name.since} />}</td>
                    <td className="nw">
                      {covers(data, name) ? (
                        <span className="v ok">
                          <Glyph tone="ok" />
                          {name.digest === data.digest ? 'yes' : 'yes, in the signed index'}
                        </span>
                      ) : (
                        <span className="v tamper">
                          <Glyph tone="tamper" />
                          another image
                        </span>
                      )}
                    </td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
        </div>
      </div>
    </section>
  );
}
