import { useEffect, useState } from 'react';
import { shortDigest } from '../model/format.ts';
import { Icon } from './marks.tsx';

/** Puts text on the clipboard; pages served without TLS have no clipboard interface and fall back to a selection. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'sr';
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <button
      type="button"
      className="copy"
      data-done={done ? '' : undefined}
      aria-label={done ? 'Copied' : label}
      onClick={() => void copyText(text).then(setDone)}
    >
      <Icon name={done ? 'done' : 'copy'} />
    </button>
  );
}

/** A digest: algorithm faint, twelve digits, whole on hover, in print and on the clipboard. */
export function DigestText({
  digest,
  copy = true,
  whole = false,
}: {
  digest: string;
  copy?: boolean;
  whole?: boolean;
}) {
  const { algorithm, digits } = shortDigest(digest);
  return (
    <span className={`dig ${whole ? 'whole' : ''}`} title={digest}>
      <i>{algorithm}</i>
      <b>{whole ? digest.slice(algorithm.length) : digits}</b>
      {copy && <CopyButton text={digest} label={`Copy digest ${digits}`} />}
    </span>
  );
}

/** A line that runs as it stands; the dollar sign is drawn, not copied. */
export function Command({ line, wrap = false }: { line: string; wrap?: boolean }) {
  return (
    <div className={`cmd ${wrap ? 'wrap' : ''}`}>
      <code tabIndex={0}>{line}</code>
      <CopyButton text={line} label="Copy command" />
    </div>
  );
}
