import type { OwnHost } from '../oci/gun.ts';

/** Tells whether `host[:port]` of an image name is this registry; the port is known once the server listens. */
export interface OwnRegistry {
  is(host: string): boolean;
  listensOn(port: number): void;
}

const USUAL = [443, 80];

/**
 * Another port of our host is another registry. A public name counts as it is written, and with the port that the server
 * listens on; a name without a port is ours when it is public that way or the port is the usual one.
 */
export function ownRegistry(isOwnHost: OwnHost, publicNames: readonly string[], publicUrl?: string): OwnRegistry {
  const named = new Set(publicNames.map((each) => each.toLowerCase()));
  if (publicUrl !== undefined) named.add(new URL(publicUrl).host.toLowerCase());
  let listening: number | undefined;
  return {
    listensOn(port) {
      listening = port;
    },
    is(host) {
      const lower = host.toLowerCase();
      if (named.has(lower)) return true;
      const port = /:(\d+)$/.exec(lower)?.[1];
      const name = port === undefined ? lower : lower.slice(0, -port.length - 1);
      if (!isOwnHost(name)) return false;
      if (port === undefined) return listening !== undefined && USUAL.includes(listening);
      return Number(port) === listening || (Number(port) === USUAL[0] && named.has(name));
    },
  };
}
