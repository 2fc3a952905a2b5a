import { sentence } from '../../model/format.ts';
import type { Tone } from '../../model/standing.ts';
import { coverageInWords, type ImageTrust } from '../../model/trust.ts';
import { DigestText } from '../../parts/copy.tsx';
import { Time } from '../../parts/time.tsx';
import { KeyId } from '../../parts/trust-mark.tsx';
import type { movesEvidence } from './evidence.tsx';
import { type Evidence, Question } from './question.tsx';

type Collection = ImageTrust['collections'][number];
type Name = Collection['names'][number];
type QuestionAnswer = ImageTrust['answers'][number];

/** The tone of an answer; a no that comes of signatures is of tampering, never of a mere lack. */
export function toneOfAnswer({ state }: QuestionAnswer, trust: ImageTrust): Tone {
  if (state === 'yes') return 'ok';
  if (state === 'undecided') return trust.collections.length === 0 ? 'none' : 'unknown';
  return trust.collections.some((each) => each.state === 'expired') &&
    !trust.collections.some((each) => each.state === 'failed')
    ? 'expired'
    : 'tamper';
}

export function covers(trust: ImageTrust, name: Name): boolean {
  return name.digest === trust.digest || trust.within.includes(name.digest);
}

/** Rows that prove an answer about signatures, from the same facts that the server decided on. */
function trustEvidence(number: number, trust: ImageTrust): Evidence[] {
  return trust.collections.flatMap((collection): Evidence[] => {
    const { gun, failure } = collection;
    if (failure) return [{ tone: 'tamper', key: 'Refused', value: sentence(failure.detail), source: gun }];
    const names = collection.names.slice(0, 6);
    if (number === 2) return names.map((name) => nameRow(trust, name, gun));
    if (number === 3)
      return names.some((name) => covers(trust, name))
        ? chainRows(collection)
        : names.map((name) => nameRow(trust, name, gun));
    return names.flatMap((name): Evidence[] =>
      name.registryDigest === undefined || name.registryDigest === name.digest
        ? []
        : [
            {
              tone: 'tamper',
              key: name.tag,
              value: (
                <>
                  signed <DigestText digest={name.digest} copy={false} />, given out{' '}
                  <DigestText digest={name.registryDigest} copy={false} />
                </>
              ),
              source: gun,
            },
          ],
    );
  });
}

function nameRow(trust: ImageTrust, name: Name, gun: string): Evidence {
  const good = covers(trust, name);
  return {
    tone: good ? 'ok' : 'tamper',
    key: name.tag,
    value: (
      <>
        {name.signers.map((signer) => (
          <span key={signer.name} className="signer">
            {signer.name}
            {signer.keys.slice(0, 3).map((id) => (
              <KeyId key={id} id={id} />
            ))}
          </span>
        ))}
        {!good && (
          <>
            signed <DigestText digest={name.digest} copy={false} />, which is another image
          </>
        )}
      </>
    ),
    source: name.since ? <Time at={name.since} /> : gun,
  };
}

function chainRows(collection: Collection): Evidence[] {
  const { gun, root, timestamp, goodUntil } = collection;
  return [
    ...(root
      ? [
          {
            tone: 'ok' as const,
            key: `Root ${root.version}`,
            value: (
              <>
                {root.threshold} of {root.keys.length}{' '}
                {root.keys.map((id) => (
                  <KeyId key={id} id={id} />
                ))}
              </>
            ),
            source: gun,
          },
        ]
      : []),
    ...(timestamp
      ? [
          {
            tone: 'ok' as const,
            key: 'Fresh',
            value: (
              <>
                timestamp {timestamp.version}, until <Time at={timestamp.expiresAt} />; what people signed until{' '}
                {goodUntil && <Time at={goodUntil} />}
              </>
            ),
            source: 'renewed by the server',
          },
        ]
      : []),
    { tone: 'none' as const, key: 'Read by', value: coverageInWords(collection), source: '' },
  ];
}

/** What is louder than anything found inside: an image that was not signed as it is, or trust data that clients refuse. */
export function refusedByTrust(trust: ImageTrust): { tone: Tone; answer: string; reason: string } | undefined {
  const changed = trust.answers.find(({ number, state }) => number === 4 && state === 'no');
  if (!changed) return undefined;
  const who = trust.answers.find(({ number }) => number === 2);
  const tone = toneOfAnswer(changed, trust);
  return {
    tone,
    answer: tone === 'expired' ? 'The trust data is out of date' : sentence(changed.statement),
    reason: `${sentence((tone === 'expired' ? changed : (who ?? changed)).statement)}. Clients that verify refuse it.`,
  };
}

/** The second, third and fourth question, answered by the server from verified trust data. */
export function TrustQuestions({
  trust,
  moves,
  name,
}: {
  trust: ImageTrust | undefined;
  moves: ReturnType<typeof movesEvidence>;
  /** The image as commands name it. */
  name: string;
}) {
  if (!trust) return null;
  const checks: Readonly<Record<number, string>> = {
    2: `assay trust status ${name.replace(/@.*$/, '')}`,
    3: name.includes('@') ? `assay check ${name}` : `assay trust verify ${name}`,
    4: `assay check ${name}`,
  };
  return trust.answers.map((answer) => (
    <Question
      key={answer.number}
      ask={answer.question}
      tone={toneOfAnswer(answer, trust)}
      answer={sentence(answer.statement)}
      evidence={[...trustEvidence(answer.number, trust), ...(answer.number === 4 ? moves.evidence : [])]}
      {...(trust.collections.length > 0 && { check: checks[answer.number]! })}
    />
  ));
}
