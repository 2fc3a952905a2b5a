import { hostname, userInfo } from 'node:os';
import { AssayError } from '../lib/error.ts';
import { parseRegistryReference } from '../oci/reference.ts';

/** The host as images are named with it; a scheme or a path in front of or after it is a slip that is forgiven. */
export function registryHost(text: string): string {
  const bare = text.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '');
  const { host } = parseRegistryReference(`${bare.includes('.') || bare.includes(':') ? bare : bare || ' '}/x`);
  if (host === undefined || host.toLowerCase() !== bare.toLowerCase())
    throw new AssayError(
      'reference-invalid',
      `not a registry: ${JSON.stringify(text.slice(0, 100))} (host or host:port)`,
    );
  return host;
}

/** Names the token after where it is kept, so that its owner knows it in a list and logout finds it. */
export function tokenName(): string {
  return `assay login of ${userInfo().username} on ${hostname()}`.slice(0, 100);
}
