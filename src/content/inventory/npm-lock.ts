import type { Analyser } from './analyser.ts';
import { DeclaredPackages } from './declared.ts';
import { npmNeeds } from './npm.ts';
import { type JsonObject, listOf, objectOf, readJsonObject, readLooseJsonObject } from './json-text.ts';

const LOCK = /(?:^|\/)(package-lock\.json|npm-shrinkwrap\.json|bun\.lock)$/;
const INSTALLED = /(?:^|\/)node_modules\//;
const MAX_DEPTH = 64;

/** Lock files of npm (versions 1 to 3) and bun's text lock file; what is only for development is left out. */
export const npmLock: Analyser = {
  name: 'npm-lock',
  reads: '`package-lock.json` and `npm-shrinkwrap.json` (lockfileVersion 1, 2, 3), `bun.lock`',
  limits: 'declared, not installed; `bun.lockb` (binary) is not read; links, files and git sources have no version',
  maxBytes: 64 * 1024 * 1024,
  wants: (path) => LOCK.test(path) && !INSTALLED.test(path),
  read(file) {
    const found = new DeclaredPackages('npm');
    if (file.path.endsWith('bun.lock')) readBun(readLooseJsonObject(file.bytes, 'the bun.lock'), found);
    else {
      const lock = readJsonObject(file.bytes, 'the lock file of npm');
      const packages = objectOf(lock['packages']);
      if (packages) readPackages(packages, found);
      else readDependencies(lock['dependencies'], found, 0);
    }
    return found.finding('npm-lock', file.path);
  },
};

/** Version 2 and 3: places in the tree; an alias names its package, the root and links have none. */
function readPackages(packages: JsonObject, found: DeclaredPackages): void {
  for (const [place, value] of Object.entries(packages)) {
    const entry = objectOf(value);
    const start = place.lastIndexOf('node_modules/');
    if (!entry || start < 0 || entry['link'] === true || entry['dev'] === true) continue;
    found.add(
      entry['name'] ?? place.slice(start + 'node_modules/'.length),
      registryVersion(entry['version']),
      npmNeeds(entry),
    );
  }
}

/** Version 1: a tree of names; `npm:name@version` is an alias. */
function readDependencies(value: unknown, found: DeclaredPackages, depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const [name, each] of Object.entries(objectOf(value) ?? {})) {
    const entry = objectOf(each);
    if (!entry || entry['dev'] === true) continue;
    const version = entry['version'];
    const alias = typeof version === 'string' ? /^npm:(.+)@([^@]+)$/.exec(version.slice(0, 500)) : null;
    if (alias) found.add(alias[1], alias[2]);
    else found.add(name, registryVersion(version), Object.keys(objectOf(entry['requires']) ?? {}));
    readDependencies(entry['dependencies'], found, depth + 1);
  }
}

/** Addresses (`file:`, `git+ssh:`, `https:`) are no versions. */
function registryVersion(version: unknown): unknown {
  return typeof version === 'string' && !version.includes(':') ? version : undefined;
}

/** bun.lock: `"name": ["name@version", …]`; workspaces and other sources have a colon in their version. */
function readBun(lock: JsonObject, found: DeclaredPackages): void {
  for (const value of Object.values(objectOf(lock['packages']) ?? {})) {
    const [identity] = listOf(value);
    if (typeof identity !== 'string') continue;
    const at = identity.lastIndexOf('@');
    if (at > 0) found.add(identity.slice(0, at), registryVersion(identity.slice(at + 1)));
  }
}
