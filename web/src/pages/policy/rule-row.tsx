import { type RuleResult, stateWord, toneOf } from '../../model/verdict.ts';
import { sentence } from '../../model/format.ts';
import { Glyph } from '../../parts/marks.tsx';
import { Time } from '../../parts/time.tsx';

/** One rule of a verdict. */
export function RuleRow({ result }: { result: RuleResult }) {
  const { policy, rule, mode, statement, evidence, cure, expression, platform, exception } = result;
  const tone = toneOf(result);
  return (
    <li className="rule">
      <Glyph tone={tone} label={stateWord(result)} />
      <div>
        <p>
          <code>{`${policy}/${rule}`}</code>{' '}
          <span className="q3">
            {stateWord(result)}, {mode}
            {platform !== undefined && `, ${platform}`}
          </span>
        </p>
        <p>{sentence(statement)}</p>
        {evidence.length > 0 && (
          <ul className="proof">
            {evidence.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        )}
        {cure !== '' && <p className="q2">{`To clear it: ${cure}`}</p>}
        {exception && (
          <p className="q2">
            {`Set aside by ${exception.owner}: ${exception.reason}; until `}
            <Time at={exception.expiresAt} />
          </p>
        )}
        <code className="q3 line">{expression}</code>
      </div>
    </li>
  );
}
