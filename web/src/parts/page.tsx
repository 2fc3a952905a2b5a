import { type ReactNode, useEffect } from 'react';
import { Link } from '../shell/router.tsx';

export interface Crumb {
  readonly label: string;
  readonly href: string;
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Assay`;
  }, [title]);
}

/** The head of a page: where it is, its one `h1`, a line under it, what can be done. */
export function PageHead({
  crumbs = [],
  title,
  name,
  children,
  actions,
}: {
  crumbs?: readonly Crumb[];
  title: ReactNode;
  name: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  useTitle(name);
  return (
    <>
      {crumbs.length > 0 && (
        <nav className="crumbs" aria-label="Breadcrumb">
          {crumbs.map(({ label, href }, i) => (
            <span key={href + label} className="crumb">
              {i > 0 && <span aria-hidden="true">/</span>}
              <Link href={href}>{label}</Link>
            </span>
          ))}
        </nav>
      )}
      <div className="head">
        <div className="head-text">
          <h1 tabIndex={-1}>{title}</h1>
          {children}
        </div>
        {actions && <div className="act">{actions}</div>}
      </div>
    </>
  );
}

/** A repository's or an image's name: the organisation faint, the tag in mono. */
export function ImageName({ repository, reference }: { repository: string; reference?: string }) {
  const cut = repository.lastIndexOf('/') + 1;
  const byDigest = reference?.includes(':');
  return (
    <>
      <span className="dim">{repository.slice(0, cut)}</span>
      {repository.slice(cut)}
      {reference !== undefined && (
        <>
          <span className="dim">{byDigest ? '@' : ':'}</span>
          <span className="tag">{byDigest ? `${reference.slice(0, 19)}…` : reference}</span>
        </>
      )}
    </>
  );
}

export interface TabItem {
  readonly id: string;
  readonly label: string;
  readonly count?: number | undefined;
  readonly href: string;
}

export function Tabs({ label, items, current }: { label: string; items: readonly TabItem[]; current: string }) {
  return (
    <nav className="tabs" aria-label={label}>
      {items.map(({ id, label, count, href }) => (
        <Link key={id} href={href} keepScroll aria-current={id === current ? 'page' : undefined}>
          {label}
          {count !== undefined && <span className="n">{count.toLocaleString('en')}</span>}
        </Link>
      ))}
    </nav>
  );
}

export function Segment({
  label,
  items,
  current,
}: {
  label: string;
  items: readonly { id: string; label: string; href: string }[];
  current: string;
}) {
  return (
    <span className="seg" role="group" aria-label={label}>
      {items.map(({ id, label, href }) => (
        <Link key={id} href={href} keepScroll aria-current={id === current ? 'true' : undefined}>
          {label}
        </Link>
      ))}
    </span>
  );
}

export function Pill({
  pressed,
  onClick,
  children,
  n,
}: {
  pressed: boolean;
  onClick: () => void;
  children: ReactNode;
  n?: number;
}) {
  return (
    <button type="button" className="pill" aria-pressed={pressed} onClick={onClick} disabled={n === 0 && !pressed}>
      {children}
      {n !== undefined && <span className="n">{n.toLocaleString('en')}</span>}
    </button>
  );
}
