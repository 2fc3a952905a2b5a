import { AssayError } from '../lib/error.ts';
import type { Descriptor } from './descriptor.ts';
import type { ImageIndex } from './manifest.ts';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** `os/architecture[/variant]`, or the architecture alone for linux. Throws `usage-invalid`. */
export function parsePlatform(text: string): Platform {
  const parts = text.split('/');
  if (parts.length > 3 || parts.some((part) => !/^[a-z0-9._]{1,40}$/i.test(part)))
    throw new AssayError('usage-invalid', `not a platform: ${JSON.stringify(text.slice(0, 60))} (linux/arm64/v8)`);
  if (parts.length === 1) return { os: 'linux', architecture: parts[0]! };
  return { os: parts[0]!, architecture: parts[1]!, ...(parts[2] !== undefined && { variant: parts[2] }) };
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return `${os}/${architecture}${variant === undefined ? '' : `/${variant}`}`;
}

/** The architecture names of images (GOARCH) for those of Node; the default platform is linux on this machine's. */
export function defaultPlatform(nodeArchitecture: string): Platform {
  const names: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le', mipsel: 'mipsle' };
  return { os: 'linux', architecture: names[nodeArchitecture] ?? nodeArchitecture };
}

/**
 * The child of an index for a platform. Entries without a platform and `unknown/unknown` ones (attestations of
 * buildkit) are not images to choose. One single image is taken when no platform was asked for. Throws
 * `manifest-unknown` with the platforms that there are.
 */
export function choosePlatform(index: ImageIndex, wanted: Platform | undefined, fallback: Platform): Descriptor {
  const images = index.manifests.filter((each) => each.platform?.os !== 'unknown');
  const [only] = images;
  if (!wanted && only && images.length === 1) return only;
  const { os, architecture, variant } = wanted ?? fallback;
  const fitting = images.filter((each) => each.platform?.os === os && each.platform.architecture === architecture);
  const found = variant === undefined ? fitting[0] : fitting.find((each) => each.platform?.variant === variant);
  if (found) return found;
  const there = images.flatMap((each) =>
    each.platform ? [formatPlatform({ ...each.platform, variant: each.platform.variant } as Platform)] : [],
  );
  throw new AssayError(
    'manifest-unknown',
    `the index holds no image for ${formatPlatform(wanted ?? fallback)}; it holds ${there.slice(0, 20).join(', ') || 'none with a platform'} (--platform)`,
  );
}
