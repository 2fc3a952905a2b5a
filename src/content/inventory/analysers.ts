import type { Analyser } from './analyser.ts';
import { dpkg } from './dpkg.ts';
import { osRelease } from './os-release.ts';

/** Every analyser, one line each. */
export const analysers: readonly Analyser[] = [osRelease, dpkg];
