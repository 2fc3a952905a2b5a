import type { Analyser } from './analyser.ts';
import { apk } from './apk.ts';
import { dpkgCopyright } from './dpkg-copyright.ts';
import { dpkgFiles } from './dpkg-files.ts';
import { dpkg } from './dpkg.ts';
import { goBinary } from './go-binary.ts';
import { java } from './java.ts';
import { npm } from './npm.ts';
import { osRelease } from './os-release.ts';
import { python } from './python.ts';
import { rpmOther } from './rpm-other.ts';
import { rpm } from './rpm.ts';

/** Every analyser, one line each. */
export const analysers: readonly Analyser[] = [
  osRelease,
  dpkg,
  dpkgFiles,
  dpkgCopyright,
  apk,
  rpm,
  rpmOther,
  npm,
  python,
  goBinary,
  java,
];
