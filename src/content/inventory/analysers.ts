import type { Analyser } from './analyser.ts';
import { amazonExtras } from './amazon-extras.ts';
import { apk } from './apk.ts';
import { apkAdb } from './apk-adb.ts';
import { chisel } from './chisel.ts';
import { cargoAuditable, cargoLock } from './cargo.ts';
import { composer, composerLock } from './composer.ts';
import { cran } from './cran.ts';
import { dotnet, nugetLock } from './dotnet.ts';
import { gem, gemLock } from './gem.ts';
import { hexLock, pubLock, swiftLock } from './other-locks.ts';
import { pacman } from './pacman.ts';
import { conda } from './conda.ts';
import { dpkgCopyright } from './dpkg-copyright.ts';
import { dpkgDiversions } from './dpkg-diversions.ts';
import { dpkgFiles } from './dpkg-files.ts';
import { dpkg } from './dpkg.ts';
import { embeddedSbom } from './embedded-sbom.ts';
import { graalvm } from './graalvm.ts';
import { goBinary } from './go-binary.ts';
import { java } from './java.ts';
import { platforms } from './platforms.ts';
import { programs } from './programs.ts';
import { bottlerocket } from './bottlerocket.ts';
import { cpan } from './cpan.ts';
import { erlang } from './erlang.ts';
import { luarocks } from './luarocks.ts';
import { cabalFreeze, conanLock, dartConfig, juliaManifest, podLock, renvLock } from './more-locks.ts';
import { nix } from './nix.ts';
import { opkg } from './opkg.ts';
import { portage } from './portage.ts';
import { npm } from './npm.ts';
import { npmLock } from './npm-lock.ts';
import { osRelease } from './os-release.ts';
import { pnpmLock } from './pnpm-lock.ts';
import { pythonLock } from './python-lock.ts';
import { pythonVendored } from './python-vendored.ts';
import { python } from './python.ts';
import { redHatContent } from './red-hat-content.ts';
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
  apkAdb,
  rpm,
  rpmManifest,
  redHatContent,
  amazonExtras,
  pacman,
  portage,
  opkg,
  bottlerocket,
  nix,
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
  gem,
  gemLock,
  composer,
  composerLock,
  cargoAuditable,
  cargoLock,
  dotnet,
  nugetLock,
  hexLock,
  pubLock,
  swiftLock,
  cran,
  erlang,
  luarocks,
  cpan,
  conanLock,
  renvLock,
  juliaManifest,
  podLock,
  dartConfig,
  cabalFreeze,
  programs,
  platforms,
  embeddedSbom,
  graalvm,
];
