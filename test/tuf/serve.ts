import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Tuf1Repository } from './repository.ts';

export interface ServedRepository extends AsyncDisposable {
  readonly metadataUrl: string;
  readonly targetsUrl: string;
}

/** Serves a repository over HTTP on loopback: `/metadata/NAME` and `/targets/[dir/]HASH.name`. */
export async function serveRepository(repository: Tuf1Repository): Promise<ServedRepository> {
  const server = createServer((request, response) => {
    const bytes = answer(repository, request.url ?? '');
    response.writeHead(bytes ? 200 : 404, { 'Content-Length': bytes?.length ?? 0 });
    response.end(bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    metadataUrl: `${base}/metadata/`,
    targetsUrl: `${base}/targets/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(repository: Tuf1Repository, url: string): Uint8Array | undefined {
  if (url.startsWith('/metadata/')) return repository.fetch(url.slice('/metadata/'.length));
  const match = /^\/targets\/(.*\/)?[0-9a-f]+\.([^/]+)$/.exec(url);
  return match ? repository.artefacts.get(decodeURIComponent(`${match[1] ?? ''}${match[2]}`)) : undefined;
}
