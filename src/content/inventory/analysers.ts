import type { Analyser } from './analyser.ts';
import { apk } from './apk.ts';
import { chisel } from './chisel.ts';
import { conda } from './conda.ts';
import { dpkgCopyright } from './dpkg-copyright.ts';
import { dpkgDiversions } from './dpkg-diversions.ts';
import { dpkgFiles } from './dpkg-files.ts';
import { dpkg } from './dpkg.ts';
import { goBinary } from './go-binary.ts';
import { java } from './java.ts';
import { npm } from './npm.ts';
import { npmLock } from './npm-lock.ts';
import { osRelease } from './os-release.ts';
import { pnpmLock } from './pnpm-lock.ts';
import { pythonLock } from './python-lock.ts';
import { pythonVendored } from './python-vendored.ts';
import { python } from './python.ts';
import { rpmManifest } from './rpm-manifest.ts';
import { rpm } from './rpm.ts';
import { yarnLock } from './yarn-lock.ts';

/** Every analyser, one line each. */
export const analysers: readonly Analyser[] = [
  osRelease,
  dpkg,
  dpkgFiles,
  dpkgDiversions,
  dpkgCopyright,
  chisel,
  apk,
  rpm,
  rpmManifest,
  npm,
  npmLock,
  yarnLock,
  pnpmLock,
  python,
  pythonVendored,
  pythonLock,
  conda,
  goBinary,
  java,
];
