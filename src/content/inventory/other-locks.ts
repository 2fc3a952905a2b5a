import type { Analyser } from './analyser.ts';
import { DeclaredPackages } from './declared.ts';
import { listOf, objectOf, readJsonObject } from './json-text.ts';
import { linesOf, textOf } from './text-files.ts';

const named = (path: string, name: string) => path === name || path.endsWith(`/${name}`);

/** Elixir and Erlang: `"name": {:hex, :name, "1.2.3", …` in mix.lock, `{<<"name">>,{pkg,<<"name">>,<<"1.2.3">>}` in rebar.lock. */
export const hexLock: Analyser = {
  name: 'hex-lock',
  reads: '`mix.lock`, `rebar.lock`',
  limits: 'declared, not installed; releases (`*.app`) are not read',
  maxBytes: 8 * 1024 * 1024,
  wants: (path) => named(path, 'mix.lock') || named(path, 'rebar.lock'),
  read(file) {
    const found = new DeclaredPackages('hex');
    for (const line of linesOf(textOf(file.bytes))) {
      const short = line.slice(0, 2000);
      const match =
        /\{:hex, :"?([\w.-]{1,100})"?, "([^"]{1,100})"/.exec(short) ??
        /\{pkg,<<"([\w.-]{1,100})">>,<<"([^"]{1,100})">>/.exec(short);
      if (match) found.add(match[1], match[2]);
    }
    return found.finding('hex-lock', file.path);
  },
};

/** Dart: pubspec.lock, a name two columns in, its source and version below. */
export const pubLock: Analyser = {
  name: 'pub-lock',
  reads: '`pubspec.lock`',
  limits: 'declared, not installed',
  maxBytes: 8 * 1024 * 1024,
  wants: (path) => named(path, 'pubspec.lock'),
  read(file) {
    const found = new DeclaredPackages('pub');
    let name: string | undefined;
    let hosted = false;
    for (const line of linesOf(textOf(file.bytes))) {
      const entry = /^ {2}([A-Za-z0-9_]{1,100}):$/.exec(line);
      if (entry) {
        name = entry[1];
        hosted = false;
      } else if (/^ {4}source: hosted$/.test(line)) hosted = true;
      else if (hosted && name !== undefined) {
        const version = /^ {4}version: "?([^"\s]{1,100})"?$/.exec(line)?.[1];
        if (version) found.add(name, version);
      }
    }
    return found.finding('pub-lock', file.path);
  },
};

/** Swift: Package.resolved, versions 1 (`object.pins`) to 3 (`pins`); the address without scheme is the name. */
export const swiftLock: Analyser = {
  name: 'swift-lock',
  reads: '`Package.resolved` (versions 1 to 3)',
  limits: 'declared, not installed; pins of a branch have no version',
  maxBytes: 8 * 1024 * 1024,
  wants: (path) => named(path, 'Package.resolved'),
  read(file) {
    const found = new DeclaredPackages('swift');
    const value = readJsonObject(file.bytes, 'the Package.resolved');
    for (const each of listOf(value['pins'] ?? objectOf(value['object'])?.['pins'])) {
      const pin = objectOf(each);
      const address = pin?.['location'] ?? pin?.['repositoryURL'];
      if (typeof address !== 'string') continue;
      const name = address
        .slice(0, 500)
        .replace(/^[a-z+]+:\/\/(?:[^@/]*@)?/, '')
        .replace(/\.git$/, '');
      if (name.includes('/')) found.add(name, objectOf(pin?.['state'])?.['version']);
    }
    return found.finding('swift-lock', file.path);
  },
};
