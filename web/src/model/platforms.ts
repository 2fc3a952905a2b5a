import type { Image } from './severity.ts';

export type Platform = NonNullable<Image['platform']>;

export interface PlatformImage {
  readonly digest: string;
  readonly platform: Platform;
  readonly judgement: Image['judgement'];
}

export function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join('/');
}

/** The runnable images of an index; attestations carry the platform `unknown/unknown` and are none. */
export function platformsOf(index: Image): PlatformImage[] {
  return (index.manifests ?? []).flatMap(({ digest, platform, present, judgement }) =>
    platform && platform.os !== 'unknown' && present ? [{ digest, platform, judgement }] : [],
  );
}

/** Of an index: the asked platform, else linux/amd64, else the first. Of an image: none. */
export function shownPlatform(image: Image, asked: string | null): PlatformImage | undefined {
  const all = platformsOf(image);
  return (
    all.find(({ platform }) => platformName(platform) === asked) ??
    all.find(({ platform }) => platformName(platform) === 'linux/amd64') ??
    all[0]
  );
}
