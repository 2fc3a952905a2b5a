import { Adb, adbSchemas, isAdb } from './adb.ts';
import type { Analyser, Finding, OwnedFiles } from './analyser.ts';
import type { FoundPackage } from './package.ts';
import { field } from './text-files.ts';

const DATABASE = /^(?:usr\/)?lib\/apk\/db\/installed(?:\.adb)?$/;
const PACKAGE = /\.apk$/;

/** Slots of the objects that are read (apk_adb.h): package, package info, directory, file. */
const INFO = 1;
const PATHS = 2;
const NAME = 1;
const VERSION = 2;
const ARCHITECTURE = 5;
const LICENCE = 6;
const ORIGIN = 7;
const FILES = 3;

/**
 * Files of apk-tools 3 in its own form: the database of installed packages (`apk convdb`), and packages that lie in an
 * image without being installed. An index tells what a repository offers, not what is there, and gives nothing.
 */
export const apkAdb: Analyser = {
  name: 'apk-adb',
  reads: 'files of apk-tools 3 (`ADB.`, `ADBd`, `ADBc`): `lib/apk/db/installed.adb`, also under `/usr`, and `*.apk`',
  limits: 'packages that only lie there are marked `declared`; an index of a repository is not an inventory',
  maxBytes: 64 * 1024 * 1024,
  system: true,
  wants: (path) => DATABASE.test(path) || PACKAGE.test(path),
  begins: isAdb,
  read(file) {
    const adb = Adb.open(file.bytes);
    if (adb.schema === adbSchemas.index) return undefined;
    if (adb.schema === adbSchemas.installed) return installed(adb, file.path);
    if (adb.schema !== adbSchemas.package) return undefined;
    const found = packageOf(adb, adb.slots(adb.root)[INFO]);
    return found && { evidence: { analyser: 'apk-adb', path: file.path, packages: [{ ...found, declared: true }] } };
  },
};

function installed(adb: Adb, path: string): Finding {
  const packages: FoundPackage[] = [];
  const owned: OwnedFiles[] = [];
  for (const value of adb.slots(adb.slots(adb.root)[1] ?? 0)) {
    const nested = adb.nested(value);
    if (!nested) continue;
    const slots = nested.slots(nested.root);
    const found = packageOf(nested, slots[INFO]);
    if (!found) continue;
    packages.push(found);
    owned.push({ package: found.name, paths: [...pathsOf(nested, slots[PATHS])] });
  }
  return { evidence: { analyser: 'apk-adb', path, packages }, owned };
}

function packageOf(adb: Adb, value: number | undefined): FoundPackage | undefined {
  const slots = adb.slots(value ?? 0);
  const name = field(adb.text(slots[NAME]));
  const version = field(adb.text(slots[VERSION]));
  if (!name || !version) return undefined;
  const architecture = field(adb.text(slots[ARCHITECTURE]));
  const licence = field(adb.text(slots[LICENCE]));
  return {
    type: 'apk',
    name,
    version,
    ...(architecture && { architecture }),
    sourceName: field(adb.text(slots[ORIGIN])) ?? name,
    sourceVersion: version,
    ...(licence && { licences: [licence] }),
  };
}

function* pathsOf(adb: Adb, value: number | undefined): Generator<string> {
  for (const directory of adb.slots(value ?? 0).slice(1)) {
    const slots = adb.slots(directory);
    const folder = adb.text(slots[NAME]) ?? '';
    for (const file of adb.slots(slots[FILES] ?? 0).slice(1)) {
      const name = adb.text(adb.slots(file)[NAME]);
      if (name) yield folder ? `${folder}/${name}` : name;
    }
  }
}
