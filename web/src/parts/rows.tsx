import type { ReactNode } from 'react';
import { Empty } from './states.tsx';

export interface Row {
  readonly key: string;
  readonly cells: readonly ReactNode[];
  /** What can be done to the row; stands last. */
  readonly action?: ReactNode;
}

/** A plain table of a box: first column is what a row is, the others fainter; cards on a narrow window. */
export function Rows({ head, rows, empty }: { head: readonly string[]; rows: readonly Row[]; empty: string }) {
  if (rows.length === 0) return <Empty title={empty} />;
  const acts = rows.some((row) => row.action !== undefined);
  return (
    <table className="cards">
      <thead>
        <tr>
          {head.map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
          {acts && (
            <th scope="col">
              <span className="sr">Action</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells, action }) => (
          <tr key={key}>
            {cells.map((cell, at) => (
              <td key={head[at]} className={at === 0 ? 't' : 'q2'}>
                {at === 0 ? <span className="name">{cell}</span> : cell}
              </td>
            ))}
            {acts && <td className="r">{action}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A quiet button of a row; `of` is read out, not shown. */
export function RowButton({
  children,
  of,
  busy,
  onClick,
}: {
  children: string;
  of: string;
  busy?: boolean;
  onClick: () => void;
}) {
  return (
    <button type="button" className="btn quiet" disabled={busy} onClick={onClick}>
      {children}
      <span className="sr"> {of}</span>
    </button>
  );
}
