import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { succeed } from './command.ts';

const INCLUDE = ['openssl', 'python3.11', 'imagemagick', 'nginx-light'];
/** Kept between runs: the root takes 15 seconds to make. */
const CACHE = join(tmpdir(), 'assay-e2e');

/** A Debian bookworm root from `main` alone, made by mmdebstrap with the mirror this machine is set up with. */
export async function debianRoot(): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  const tar = join(CACHE, 'bookworm-main.tar');
  if (!existsSync(tar)) {
    const mirror = /^(?:URIs:|deb(?: \[[^\]]*\])?)\s*(\S+)/m.exec(readSources())?.[1];
    if (!mirror) throw new Error('no Debian mirror is configured on this machine');
    await succeed('mmdebstrap', [
      '--variant=minbase',
      `--include=${INCLUDE.join(',')}`,
      'bookworm',
      `${tar}.new.tar`,
      `deb ${mirror} bookworm main`,
    ]);
    renameSync(`${tar}.new.tar`, tar);
  }
  return tar;
}

function readSources(): string {
  return ['/etc/apt/sources.list', '/etc/apt/sources.list.d/debian.sources']
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** An OCI layout with one gzip layer made of the tar, tagged `test`. */
export async function layoutOf(tar: string): Promise<string> {
  const folder = mkdtempSync(join(CACHE, 'layout-'));
  const blobs = join(folder, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const compressed = join(folder, 'layer.gz');
  await succeed('sh', ['-c', 'gzip -1 -n -c "$0" > "$1"', tar, compressed]);
  const layer = await sha256(compressed);
  const size = statSync(compressed).size;
  renameSync(compressed, join(blobs, layer));
  const put = (value: unknown) => {
    const bytes = Buffer.from(JSON.stringify(value));
    const digest = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, digest), bytes);
    return { digest: `sha256:${digest}`, size: bytes.length };
  };
  const config = put({
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['/bin/bash'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${await sha256(tar)}`] },
    history: [{ created_by: 'mmdebstrap bookworm' }],
  });
  const manifest = put({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: `sha256:${layer}`, size }],
  });
  const entry = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...manifest,
    annotations: { 'org.opencontainers.image.ref.name': 'test' },
  };
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return folder;
}
