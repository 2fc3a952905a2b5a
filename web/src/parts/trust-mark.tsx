import { type Mark, markInWords } from '../model/trust.ts';
import { CopyButton } from './copy.tsx';
import { Glyph } from './marks.tsx';

/** How a tag stands with what was signed: shape, then word; another image is never a nuance. */
export function TrustMark({ mark }: { mark: Mark | undefined }) {
  const { tone, word } = markInWords(mark);
  return (
    <span className={`v trust-mark ${tone}`} title={mark && `signed: ${mark.digest}`}>
      <Glyph tone={tone} />
      <span>{word}</span>
    </span>
  );
}

/** A key's id: twelve digits to compare with a terminal, whole on hover and on the clipboard. */
export function KeyId({ id, whole = false }: { id: string; whole?: boolean }) {
  return (
    <span className={`dig key-id ${whole ? 'whole' : ''}`} title={id}>
      <b>{whole ? id : id.slice(0, 12)}</b>
      <CopyButton text={id} label={`Copy key id ${id.slice(0, 12)}`} />
    </span>
  );
}
