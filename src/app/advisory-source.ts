import { join } from 'node:path';
import { trustedFolder } from '../adapters/fs/trusted-folder.ts';
import { openTrustServer } from '../adapters/images/registry-trust.ts';
import { findAuthorities } from '../cli/client/authorities.ts';
import { findCredential } from '../cli/client/docker-config.ts';
import { httpClient } from '../cli/client/http.ts';
import { trustPins } from '../cli/trust-pins.ts';
import { formatReference } from '../oci/reference.ts';
import type { AdvisorySets } from '../ports/advisory-sets.ts';
import { type SetReference, setReference } from '../work/content/set-reference.ts';
import { takeSet } from '../work/content/take-set.ts';
import type { PublishedSource } from '../work/content/update-feeds.ts';
import { verifyTag } from '../work/trust/verify-tag.ts';
import { openImage } from './local.ts';

/**
 * The published set that a server keeps its advisories in line with: sign-ins and authorities are those of the account it
 * runs under, as of any registry client; what it has trusted of the publisher stands in its data directory.
 */
export function advisorySource(
  wanted: string,
  parts: { directory: string; advisories: AdvisorySets; now: () => number; environment: NodeJS.ProcessEnv },
): PublishedSource {
  const { environment, advisories } = parts;
  const reference: SetReference = setReference(wanted);
  const gun = `${reference.host}/${reference.repository}`;
  const source = formatReference(reference);
  const access = {
    http: httpClient(findAuthorities(environment, undefined)),
    credentials: findCredential(environment, undefined),
    environment,
  };
  const files = trustedFolder(join(parts.directory, 'advisories', 'trust', encodeURIComponent(gun)));
  const server = openTrustServer(reference.host, gun, access);
  return {
    source,
    async take() {
      const at = parts.now();
      const request = { gun, now: at, pins: await trustPins(environment) };
      const world = { fetch: server.metadata['tuf-1.0'], files };
      const { digest } = await verifyTag('tuf-1.0', request, reference.tag, world);
      return takeSet(advisories, () => openImage({ ...reference, digest }, access), { source, signed: digest, at });
    },
  };
}
