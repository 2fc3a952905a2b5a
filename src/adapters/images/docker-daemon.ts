import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { AssayError, systemCode } from '../../lib/error.ts';
import { collectBytes } from '../../oci/verified.ts';
import type { ImageSource } from '../../ports/image-source.ts';
import { openSpooled } from './archive-file.ts';
import { openDockerTree } from './docker-archive.ts';

const DEFAULT_SOCKET = '/var/run/docker.sock';

/** `docker-daemon:NAME`: what the engine saves of an image, over its socket (Docker Engine API, "ImageGet"). */
export async function openDockerDaemon(name: string, environment: NodeJS.ProcessEnv): Promise<ImageSource> {
  const shown = `docker-daemon:${name}`;
  const socketPath = socketOf(environment['DOCKER_HOST']);
  const response = await get(socketPath, `/images/${encodeURIComponent(name)}/get`);
  if (response.statusCode !== 200) {
    const text = Buffer.from(await collectBytes(response, 64 * 1024, 'the answer of the engine')).toString('utf8');
    throw new AssayError(
      response.statusCode === 404 ? 'manifest-unknown' : 'remote-refused',
      response.statusCode === 404
        ? `the docker engine holds no image ${name}`
        : `the docker engine refused: ${messageIn(text)}`,
    );
  }
  const tree = await openSpooled(response, shown);
  try {
    return await openDockerTree(tree, { name: undefined, position: undefined }, shown);
  } catch (error) {
    await tree[Symbol.asyncDispose]();
    throw error;
  }
}

function socketOf(host: string | undefined): string {
  if (host === undefined || host === '') return DEFAULT_SOCKET;
  if (host.startsWith('unix://')) return host.slice('unix://'.length);
  throw new AssayError('unsupported', `DOCKER_HOST is ${host}; only unix:// sockets are read`);
}

function messageIn(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'message' in value) return String(value.message);
  } catch {
    // told as it is
  }
  return text.trim().slice(0, 200);
}

function get(socketPath: string, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, headers: { Host: 'docker' } }, resolve);
    call.on('error', (cause) => {
      const code = systemCode(cause);
      const reason =
        code === 'ENOENT' ? 'there is no such socket' : code === 'EACCES' ? 'no permission' : (code ?? cause.message);
      reject(new AssayError('network-failed', `cannot reach the docker engine at ${socketPath}: ${reason}`, { cause }));
    });
    call.end();
  });
}
