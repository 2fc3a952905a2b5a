import { parseRepositoryName, type RepositoryName } from './names.ts';

/** Tells whether a host name, without port and in lower case, is one of this server's. */
export type OwnHost = (host: string) => boolean;

const LOOPBACK = /^(?:localhost|(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** This server's hosts: loopback in every spelling, and the given names (with or without port). */
export function ownHosts(names: readonly string[]): OwnHost {
  const own = new Set(names.map((name) => withoutPort(name.toLowerCase())));
  return (host) => LOOPBACK.test(host) || own.has(host);
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}

const MAX_GUN = 512;

/**
 * The repository that a GUN (globally unique name of Notary) belongs to: docker writes the registry's host and port in
 * front, others do not. None when it names another registry's port or no repository at all.
 */
export function repositoryOfGun(gun: string, isOwn: OwnHost): RepositoryName | undefined {
  if (gun.length > MAX_GUN) return undefined;
  const cut = gun.indexOf('/');
  const first = gun.slice(0, Math.max(cut, 0));
  const isHost = first === 'localhost' || /[.:]/.test(first);
  const name = isHost && isOwn(withoutPort(first.toLowerCase())) ? gun.slice(cut + 1) : gun;
  try {
    return parseRepositoryName(name);
  } catch {
    return undefined;
  }
}
