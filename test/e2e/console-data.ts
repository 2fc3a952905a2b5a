import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { TestServer } from '../server.ts';

/** One file of a layer; the tar is written by hand, so that the images need nothing but Node. */
export interface LayerFile {
  readonly path: string;
  readonly text: string;
}

function tarOf(files: readonly LayerFile[]): Buffer {
  const parts: Buffer[] = [];
  for (const { path, text } of files) {
    const body = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        0ustar\x0000', 148);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    parts.push(header, body, Buffer.alloc((512 - (body.length % 512)) % 512));
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function putBlob(server: TestServer, repository: string, bytes: Uint8Array): Promise<string> {
  const digest = sha256(bytes);
  const answer = await server.fetch(`/v2/${repository}/blobs/uploads/?digest=${digest}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.from(bytes),
  });
  if (answer.status !== 201) throw new Error(`blob: ${answer.status} ${await answer.text()}`);
  return digest;
}

export interface NewImage {
  readonly repository: string;
  readonly tag: string;
  readonly layers: readonly { readonly instruction: string; readonly files: readonly LayerFile[] }[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly architecture?: string;
}

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

async function putManifest(server: TestServer, repository: string, reference: string, type: string, value: unknown) {
  const bytes = Buffer.from(JSON.stringify(value));
  const answer = await server.fetch(`/v2/${repository}/manifests/${reference || sha256(bytes)}`, {
    method: 'PUT',
    headers: { 'content-type': type },
    body: bytes,
  });
  if (answer.status !== 201) throw new Error(`manifest: ${answer.status} ${await answer.text()}`);
  return { mediaType: type, digest: sha256(bytes), size: bytes.length };
}

/** Pushes an image made of a few files over the wire, as any client does. An empty tag pushes by digest alone. */
export async function pushImage(server: TestServer, image: NewImage) {
  const layers = [];
  const diffIds = [];
  for (const { files } of image.layers) {
    const tar = tarOf(files);
    const bytes = gzipSync(tar);
    layers.push({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: await putBlob(server, image.repository, bytes),
      size: bytes.length,
    });
    diffIds.push(sha256(tar));
  }
  const steps = image.layers.map(({ instruction }) => ({ created: '2026-11-20T10:00:00Z', created_by: instruction }));
  const config = Buffer.from(
    JSON.stringify({
      architecture: image.architecture ?? 'amd64',
      os: 'linux',
      created: '2026-11-20T10:00:00Z',
      config: image.config ?? {},
      rootfs: { type: 'layers', diff_ids: diffIds },
      history: [
        ...steps,
        { created: '2026-11-20T10:00:00Z', created_by: 'CMD ["node", "server.js"]', empty_layer: true },
      ],
    }),
  );
  const manifest = await putManifest(server, image.repository, image.tag, MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: await putBlob(server, image.repository, config),
      size: config.length,
    },
    layers,
  });
  return { ...manifest, platform: { os: 'linux', architecture: image.architecture ?? 'amd64' } };
}

export async function pushIndex(
  server: TestServer,
  repository: string,
  tag: string,
  manifests: readonly Awaited<ReturnType<typeof pushImage>>[],
) {
  return putManifest(server, repository, tag, INDEX, { schemaVersion: 2, mediaType: INDEX, manifests });
}

/** Waits until nothing of these images is being analysed any more. */
export async function analysed(server: TestServer, repository: string, reference: string): Promise<void> {
  for (let i = 0; i < 300; i++) {
    const answer = await server.fetch(`/api/v1/repositories/${encodeURIComponent(repository)}/images/${reference}`);
    const { judgement } = (await answer.json()) as { judgement: { state: string } };
    if (judgement.state !== 'waiting' && judgement.state !== 'running') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${repository}:${reference} was not analysed in 30 seconds`);
}

export const OS_RELEASE: LayerFile = {
  path: 'etc/os-release',
  text: 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
};

export function dpkgStatus(
  packages: readonly (readonly [name: string, version: string, source?: string])[],
): LayerFile {
  const text = packages
    .map(
      ([name, version, source]) =>
        `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\n${source ? `Source: ${source}\n` : ''}Version: ${version}\nMaintainer: nobody\nDescription: a package\n`,
    )
    .join('\n');
  return { path: 'var/lib/dpkg/status', text: `${text}\n` };
}

/** An advisory file in the form of Debian's tracker: package → CVE → what bookworm says of it. */
export const TRACKER = {
  openssl: {
    'CVE-2026-10001': {
      description: 'Heap overflow while reading a certificate chain',
      releases: { bookworm: { status: 'resolved', fixed_version: '3.0.17-1~deb12u3', urgency: 'high' } },
    },
    'CVE-2026-10002': {
      description: 'Unbounded memory in CMS parsing',
      releases: { bookworm: { status: 'resolved', fixed_version: '3.0.17-1~deb12u2', urgency: 'medium' } },
    },
    'CVE-2026-10003': {
      description: 'Timing difference in a rarely used curve',
      releases: { bookworm: { status: 'open', urgency: 'low', nodsa: 'Minor issue', nodsa_reason: 'postponed' } },
    },
  },
  expat: {
    'CVE-2026-10004': {
      description: 'Large allocations from a small document',
      releases: { bookworm: { status: 'resolved', fixed_version: '2.5.0-1+deb12u2', urgency: 'high' } },
    },
  },
  zlib: {
    'CVE-2026-10005': {
      description: 'Integer overflow in a contributed tool that is not built',
      releases: { bookworm: { status: 'open', urgency: 'unimportant' } },
    },
  },
};

export async function importTracker(server: TestServer, text: string = JSON.stringify(TRACKER)): Promise<void> {
  const answer = await server.fetch('/api/v1/advisories?name=debian.json', {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: text,
  });
  if (!answer.ok) throw new Error(`advisories: ${answer.status} ${await answer.text()}`);
}
