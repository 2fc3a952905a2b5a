import { setTimeout as pause } from 'node:timers/promises';
import { digest, pushBlob, putManifest, types } from './conformance/registry-client.ts';
import type { TestServer } from './server.ts';

export interface PushedImage {
  readonly digest: string;
  readonly layers: readonly string[];
  /** Address of the image under /api/v1. */
  readonly path: string;
}

/** Pushes an image of these layers (tars) with this configuration. */
export async function pushImageOf(
  server: TestServer,
  repository: string,
  layers: readonly Uint8Array[],
  configuration: Readonly<Record<string, unknown>> = {},
  tag?: string,
): Promise<PushedImage> {
  const put = async (mediaType: string, bytes: Uint8Array) => ({
    mediaType,
    digest: await pushBlob(server, repository, Buffer.from(bytes)),
    size: bytes.length,
  });
  const stored = [];
  for (const layer of layers) stored.push(await put(types.layer, layer));
  const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, ...configuration };
  const manifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: await put(types.config, Buffer.from(JSON.stringify(config))),
    layers: stored,
  };
  const raw = Buffer.from(JSON.stringify(manifest));
  const answer = await putManifest(server, repository, tag ?? digest(raw), raw);
  if (answer.status !== 201) throw new Error(`the manifest was answered ${answer.status}: ${answer.body.toString()}`);
  const path = `/api/v1/repositories/${encodeURIComponent(repository)}/images/${digest(raw)}`;
  return { digest: digest(raw), layers: stored.map((each) => each.digest), path };
}

/** What an address answers once the analysis has ended. */
export async function answerOf<T>(server: TestServer, path: string): Promise<T> {
  for (let waited = 0; waited < 60_000; waited += 50) {
    const answer = await server.fetch(path);
    if (answer.ok) return (await answer.json()) as T;
    const text = await answer.text();
    if (answer.status !== 409) throw new Error(`${path}: ${answer.status} ${text}`);
    await pause(50);
  }
  throw new Error('the analysis did not end');
}
