/** Addresses of the console's views. A repository's name holds neither `:` nor `@`, so one path says all of an image. */
export type View =
  | { readonly kind: 'repository'; readonly repository: string }
  | { readonly kind: 'image'; readonly repository: string; readonly reference: string }
  | { readonly kind: 'vulnerability'; readonly id: string }
  | { readonly kind: 'organisation'; readonly organisation: string }
  | { readonly kind: 'page'; readonly name: string };

export function repositoryAddress(repository: string): string {
  return `/r/${repository}`;
}

export function imageAddress(repository: string, reference: string): string {
  return `/r/${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
}

export function vulnerabilityAddress(id: string): string {
  return `/vulnerabilities/${encodeURIComponent(id)}`;
}

export function parseAddress(path: string): View {
  if (path.startsWith('/r/')) {
    const rest = decodeURIComponent(path.slice(3));
    const at = rest.indexOf('@');
    if (at > 0) return { kind: 'image', repository: rest.slice(0, at), reference: rest.slice(at + 1) };
    const colon = rest.indexOf(':');
    if (colon > 0) return { kind: 'image', repository: rest.slice(0, colon), reference: rest.slice(colon + 1) };
    return { kind: 'repository', repository: rest };
  }
  if (path.startsWith('/vulnerabilities/'))
    return { kind: 'vulnerability', id: decodeURIComponent(path.slice('/vulnerabilities/'.length)) };
  if (path.startsWith('/organisations/'))
    return { kind: 'organisation', organisation: decodeURIComponent(path.slice('/organisations/'.length)) };
  return { kind: 'page', name: path === '/' ? 'repositories' : path.slice(1) };
}

/** Where to go after signing in: an address of this console, never another site's. */
export function safeReturn(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith('/signin') ? next : '/';
}
