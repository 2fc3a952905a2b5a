import { realpath } from 'node:fs/promises';
import { request } from 'node:http';
import { z } from 'zod';
import { AssayError, systemCode } from '../../lib/error.ts';
import { collectBytes } from '../../oci/verified.ts';
import type { ContainerEngine } from '../../ports/container-engine.ts';

const MAX_ANSWER = 8 * 1024 * 1024;
const TIMEOUT_MS = 5000;

const imageShape = z.object({ Id: z.string(), RepoDigests: z.array(z.string()).nullish() });
const containerShape = z.object({ Image: z.string(), HostConfig: z.unknown() });
const volumeShape = z.object({ Driver: z.string(), Options: z.unknown() });

/** A Docker Engine over its socket (Docker Engine API: ImageInspect, ContainerInspect, VolumeInspect). */
export function engineOnSocket(socketPath: string): ContainerEngine {
  const inspect = async <S extends z.ZodType>(path: string, shape: S): Promise<z.output<S> | undefined> => {
    const found = await get(socketPath, path);
    return found === undefined ? undefined : shape.parse(found);
  };
  return {
    async image(name) {
      const found = await inspect(`/images/${encodeURIComponent(name)}/json`, imageShape);
      return found && { id: found.Id, repoDigests: found.RepoDigests ?? [] };
    },
    async container(name) {
      const found = await inspect(`/containers/${encodeURIComponent(name)}/json`, containerShape);
      return found && { image: found.Image, hostConfig: found.HostConfig };
    },
    async volume(name) {
      const found = await inspect(`/volumes/${encodeURIComponent(name)}`, volumeShape);
      return found && { driver: found.Driver, options: found.Options };
    },
    async resolve(path) {
      try {
        return await realpath(path);
      } catch {
        return path;
      }
    },
  };
}

function get(socketPath: string, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, headers: { Host: 'docker' }, timeout: TIMEOUT_MS }, (answer) => {
      collectBytes(answer, MAX_ANSWER, 'the answer of the engine').then((bytes) => {
        if (answer.statusCode === 200) resolve(JSON.parse(Buffer.from(bytes).toString('utf8')));
        else if (answer.statusCode === 404) resolve(undefined);
        else reject(new AssayError('remote-refused', `the engine answered ${answer.statusCode} to ${path}`));
      }, reject);
    });
    call.on('timeout', () => call.destroy(new AssayError('network-failed', 'the engine does not answer')));
    call.on('error', (cause) =>
      reject(
        cause instanceof AssayError
          ? cause
          : new AssayError('network-failed', `cannot reach the engine at ${socketPath}: ${systemCode(cause) ?? ''}`, {
              cause,
            }),
      ),
    );
    call.end();
  });
}
