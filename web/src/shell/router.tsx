import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from 'react';

const watchers = new Set<() => void>();

function tell(): void {
  for (const told of watchers) told();
}

addEventListener('popstate', tell);

/** Goes to an address of the console; `replace` leaves no step to go back to (typing in a filter). */
export function navigate(to: string, options: { replace?: boolean; keepScroll?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  if (!options.keepScroll && !options.replace) scrollTo(0, 0);
  tell();
}

function here(): string {
  return location.pathname + location.search;
}

/** The address one is at. It is the whole state of a view: path, filters, selection. */
export function useAddress(): { readonly path: string; readonly query: URLSearchParams; readonly full: string } {
  const full = useSyncExternalStore((told) => {
    watchers.add(told);
    return () => watchers.delete(told);
  }, here);
  const cut = full.indexOf('?');
  return {
    path: cut < 0 ? full : full.slice(0, cut),
    query: new URLSearchParams(cut < 0 ? '' : full.slice(cut + 1)),
    full,
  };
}

/** The present address with some parameters changed; `undefined` and the empty text take one away. */
export function withQuery(changes: Readonly<Record<string, string | undefined>>, from: string = here()): string {
  const [path = '/', search = ''] = from.split('?');
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes))
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  const text = query.toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%40', '@');
  return text ? `${path}?${text}` : path;
}

/** A link inside the console; modified clicks stay the browser's. */
export function Link({
  href,
  keepScroll,
  ...rest
}: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string; keepScroll?: boolean }) {
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    navigate(href, keepScroll ? { keepScroll } : {});
  };
  return <a {...rest} href={href} onClick={go} />;
}
