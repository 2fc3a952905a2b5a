import type { ReactNode } from 'react';
import type { ApiError } from '../api/client.ts';
import type { Resource } from '../api/resource.ts';
import { sentence } from '../model/format.ts';
import type { Tone } from '../model/standing.ts';
import { CopyButton } from './copy.tsx';
import { Glyph } from './marks.tsx';

/** Rows in their final height while the first answer is on its way. */
export function Bones({ rows = 6 }: { rows?: number }) {
  return (
    <div className="box bones" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className="bone-row">
          <span className={`bone w${(i % 3) + 1}`} />
          <span className="bone w4" />
        </div>
      ))}
    </div>
  );
}

export function Notice({ tone, children, action }: { tone: Tone; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="notice">
      <Glyph tone={tone} label={tone === 'unknown' ? 'Unknown' : tone === 'ok' ? 'Good' : 'Caution'} />
      <span>{children}</span>
      {action}
    </div>
  );
}

/** What failed, in its own place: what, why, what to do, and the id that finds it in the server's log. */
export function Failed({ what, error, retry }: { what: string; error: ApiError; retry?: () => void }) {
  return (
    <div className="notice failed" role={error.status === 0 ? 'status' : 'alert'}>
      <Glyph tone="warn" label="Failed" />
      <span>
        <b>{what}</b> {sentence(error.message)}
        {error.requestId && (
          <span className="request">
            request <code>{error.requestId}</code>
            <CopyButton text={error.requestId} label="Copy request id" />
          </span>
        )}
      </span>
      {retry && (
        <button type="button" className="btn" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** The refusal of something a person just asked for, beside its button. */
export function Refused({ error }: { error: ApiError | undefined }) {
  if (!error) return null;
  return (
    <p className="v bad refusal" role="alert">
      <Glyph tone="bad" />
      <span>{sentence(error.message)}</span>
    </p>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Shows what is known of a resource: bones, an error in its place, or the answer (with the error above, if it is old). */
export function Loaded<T>({
  resource,
  what,
  rows,
  children,
}: {
  resource: Resource<T>;
  what: string;
  rows?: number;
  children: (data: NonNullable<T>) => ReactNode;
}) {
  const { data, error, reload } = resource;
  if (data === undefined || data === null)
    return error ? (
      <Failed what={what} error={error} retry={reload} />
    ) : (
      <Bones {...(rows !== undefined && { rows })} />
    );
  return (
    <>
      {error && <Failed what={`${what} This is an older answer.`} error={error} retry={reload} />}
      {children(data)}
    </>
  );
}

/** The scrape an assayer leaves: how much of a sample has been taken. */
export function Scrape({ done, all, label }: { done: number; all: number; label: string }) {
  const teeth = 40;
  const path = (n: number) => `M0 5l3-4${'l6 8l6-8'.repeat(Math.floor(n / 2))}`;
  return (
    <svg
      className="scrape"
      viewBox={`0 0 ${teeth * 6} 10`}
      preserveAspectRatio="none"
      role="progressbar"
      aria-valuenow={done}
      aria-valuemin={0}
      aria-valuemax={all}
      aria-label={label}
    >
      <path d={path(teeth)} />
      {done > 0 && <path className="done" d={path((teeth * done) / Math.max(1, all))} />}
    </svg>
  );
}
