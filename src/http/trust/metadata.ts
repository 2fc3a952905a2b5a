import type { ServerResponse } from 'node:http';
import { AssayError } from '../../lib/error.ts';
import type { TrustFile } from '../../ports/trust-records.ts';
import { isNotaryRole } from '../../trust/tuf/notary/roles.ts';
import { sendEmpty } from '../registry/answer.ts';
import type { TrustCall } from './routes.ts';

/** Seconds that a file under its plain name, or under its hash or version, may be kept by a cache. */
const CURRENT_SECONDS = 300;
const FIXED_SECONDS = 2_592_000;

/** `<role>.json`, `<role>.<sha256>.json` or `<version>.<role>.json`; delegations hold slashes. */
export async function getMetadata({ house, viewer, gun, response }: TrustCall, rest: string): Promise<void> {
  const { trust } = house;
  const versioned = /^(\d{1,15})\.(.+)\.json$/.exec(rest);
  if (versioned && isNotaryRole(versioned[2]!))
    return sendFile(
      response,
      await trust.collections.byVersion(viewer, gun, 'notary', versioned[2]!, Number(versioned[1])),
      FIXED_SECONDS,
    );
  const hashed = /^(.+)\.([0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})\.json$/.exec(rest);
  if (hashed && isNotaryRole(hashed[1]!))
    return sendFile(response, await trust.collections.byHash(viewer, gun, hashed[1]!, hashed[2]!), FIXED_SECONDS);
  const role = rest.endsWith('.json') ? rest.slice(0, -'.json'.length) : '';
  if (!isNotaryRole(role)) throw new AssayError('trust-metadata-unknown');
  return sendFile(response, await trust.collections.current(viewer, gun, 'notary', role), CURRENT_SECONDS);
}

/** The stored bytes as they are, with notary-server's headers. */
export function sendFile(
  response: ServerResponse,
  file: TrustFile,
  seconds: number,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Length': file.raw.length,
    'Cache-Control': `public, max-age=${seconds}, s-maxage=${seconds}, must-revalidate`.replace(
      seconds === FIXED_SECONDS ? ', must-revalidate' : '',
      '',
    ),
    'Last-Modified': new Date(file.storedAt).toUTCString().replace('GMT', 'UTC'),
  });
  response.end(file.raw);
}

export { CURRENT_SECONDS, FIXED_SECONDS };

/** 200 also when there was nothing, as clients expect. */
export async function deleteMetadata({ house, viewer, gun, response }: TrustCall): Promise<void> {
  await house.trust.collections.delete(viewer, gun);
  sendEmpty(response, 200);
}
