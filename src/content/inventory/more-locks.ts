import type { Analyser } from './analyser.ts';
import { DeclaredPackages } from './declared.ts';
import { listOf, objectOf, readJsonObject } from './json-text.ts';
import { linesOf, textOf } from './text-files.ts';

const named = (path: string, name: string) => path === name || path.endsWith(`/${name}`);

/** C and C++: conan.lock of Conan 2, `name/version#revision` in three lists. */
export const conanLock: Analyser = {
  name: 'conan-lock',
  reads: '`conan.lock` of Conan 2',
  limits: 'declared, not installed; lock files of Conan 1 are not read',
  maxBytes: 8 * 1024 * 1024,
  wants: (path) => named(path, 'conan.lock'),
  read(file) {
    const found = new DeclaredPackages('conan');
    for (const each of listOf(readJsonObject(file.bytes, 'the conan.lock')['requires'])) {
      const reference = typeof each === 'string' ? /^([^/@#]{1,100})\/([^@#]{1,100})/.exec(each) : null;
      if (reference) found.add(reference[1], reference[2]);
    }
    return found.finding('conan-lock', file.path);
  },
};

/** R: renv.lock. */
export const renvLock: Analyser = {
  name: 'renv-lock',
  reads: '`renv.lock`',
  limits: 'declared, not installed',
  maxBytes: 16 * 1024 * 1024,
  wants: (path) => named(path, 'renv.lock'),
  read(file) {
    const found = new DeclaredPackages('cran');
    for (const each of Object.values(objectOf(readJsonObject(file.bytes, 'the renv.lock')['Packages']) ?? {})) {
      const entry = objectOf(each);
      if (entry?.['Source'] === 'Repository' || entry?.['Source'] === 'Bioconductor')
        found.add(entry['Package'], entry['Version']);
    }
    return found.finding('renv-lock', file.path);
  },
};

/** Julia: Manifest.toml of both forms, `[[deps.Name]]` and `[[Name]]`. */
export const juliaManifest: Analyser = {
  name: 'julia-manifest',
  reads: '`Manifest.toml` of Julia',
  limits: 'declared, not installed; packages of Julia itself have no version there',
  maxBytes: 16 * 1024 * 1024,
  wants: (path) => named(path, 'Manifest.toml') || /(?:^|\/)Manifest-v[\d.]+\.toml$/.test(path),
  read(file) {
    const found = new DeclaredPackages('julia');
    let name: string | undefined;
    for (const line of linesOf(textOf(file.bytes))) {
      const short = line.slice(0, 1000).trim();
      if (short.startsWith('[')) name = /^\[\[(?:deps\.)?([A-Za-z]\w{0,100})\]\]$/.exec(short)?.[1];
      const version = name && /^version = "([^"]{1,100})"$/.exec(short)?.[1];
      if (version) found.add(name, version);
    }
    return found.finding('julia-manifest', file.path);
  },
};

/** iOS and macOS: Podfile.lock, `- Name (1.2.3)` two columns in; parts of a pod (`Name/Part`) are the pod. */
export const podLock: Analyser = {
  name: 'pod-lock',
  reads: '`Podfile.lock`',
  limits: 'declared, not installed; no advisories are known by pod',
  maxBytes: 16 * 1024 * 1024,
  wants: (path) => named(path, 'Podfile.lock'),
  read(file) {
    const found = new DeclaredPackages('cocoapods');
    let inPods = false;
    for (const line of linesOf(textOf(file.bytes))) {
      if (/^[A-Z]/.test(line)) inPods = line === 'PODS:';
      const pod = inPods ? /^ {2}- "?([^\s(/"]{1,100})(?:\/[^\s("]{1,100})? \(([^)\s]{1,60})\)/.exec(line) : null;
      if (pod) found.add(pod[1], pod[2]);
    }
    return found.finding('pod-lock', file.path);
  },
};

/** Dart: what `dart pub get` chose for a checkout, by the folders of its cache. */
export const dartConfig: Analyser = {
  name: 'dart-config',
  reads: '`.dart_tool/package_config.json`',
  limits: 'declared; hosted packages alone; programs compiled ahead of time tell nothing of their packages',
  maxBytes: 16 * 1024 * 1024,
  wants: (path) => named(path, '.dart_tool/package_config.json'),
  read(file) {
    const found = new DeclaredPackages('pub');
    for (const each of listOf(readJsonObject(file.bytes, 'the package_config.json')['packages'])) {
      const place = objectOf(each)?.['rootUri'];
      const folder =
        typeof place === 'string' ? /\/hosted\/[^/]+\/([a-z0-9_]{1,100})-(\d[^/]{0,60})\/?$/.exec(place) : null;
      if (folder) found.add(folder[1], folder[2]);
    }
    return found.finding('dart-config', file.path);
  },
};

/** Haskell: cabal.project.freeze, `any.name ==version`. */
export const cabalFreeze: Analyser = {
  name: 'cabal-freeze',
  reads: '`cabal.project.freeze`',
  limits: 'declared, not installed; `stack.yaml.lock` names no single packages of its snapshot',
  maxBytes: 8 * 1024 * 1024,
  wants: (path) => named(path, 'cabal.project.freeze'),
  read(file) {
    const found = new DeclaredPackages('hackage');
    for (const line of linesOf(textOf(file.bytes))) {
      const pin = /\bany\.([A-Za-z0-9-]{1,100}) ==(\d[\d.]{0,60})/.exec(line.slice(0, 500));
      if (pin) found.add(pin[1], pin[2]);
    }
    return found.finding('cabal-freeze', file.path);
  },
};
