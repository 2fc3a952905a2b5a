import { isAdb } from './adb.ts';
import type { Analyser, OwnedFiles } from './analyser.ts';
import type { FoundPackage } from './package.ts';
import { apkNames, relations } from './relations.ts';
import { linesOf, MAX_FIELD, textOf } from './text-files.ts';

const DATABASES = new Set(['lib/apk/db/installed', 'usr/lib/apk/db/installed']);

/**
 * Alpine and Wolfi: apk's text database, in both of its places. A record is lines of one letter and a colon, ended by
 * an empty line; F names a directory and R a file in it (apk-installed(5)).
 */
export const apk: Analyser = {
  name: 'apk',
  reads: '`lib/apk/db/installed` and `usr/lib/apk/db/installed` (apk-tools 2 and 3)',
  maxBytes: 64 * 1024 * 1024,
  system: true,
  wants: (path) => DATABASES.has(path),
  begins: (head) => !isAdb(head),
  read(file) {
    const packages: FoundPackage[] = [];
    const owned: OwnedFiles[] = [];
    let fields = new Map<string, string>();
    let paths: string[] = [];
    let directory = '';
    const finish = () => {
      const found = readPackage(fields);
      if (found) {
        packages.push(found);
        owned.push({ package: found.name, paths });
      }
      fields = new Map();
      paths = [];
      directory = '';
    };
    for (const line of linesOf(textOf(file.bytes))) {
      if (line === '') finish();
      else if (line.charCodeAt(1) !== 0x3a) continue;
      else if (line.startsWith('F')) directory = line.slice(2);
      else if (line.startsWith('R')) paths.push(directory ? `${directory}/${line.slice(2)}` : line.slice(2));
      else if ('PVAoL'.includes(line[0]!)) fields.set(line[0]!, line.slice(2, 2 + MAX_FIELD).trim());
      else if (line.startsWith('D:') || line.startsWith('p:')) fields.set(line[0]!, line.slice(2).trim());
    }
    finish();
    return { evidence: { analyser: 'apk', path: file.path, packages }, owned };
  },
};

function readPackage(fields: ReadonlyMap<string, string>): FoundPackage | undefined {
  const name = fields.get('P');
  const version = fields.get('V');
  if (!name || !version) return undefined;
  const architecture = fields.get('A');
  const licence = fields.get('L');
  return {
    type: 'apk',
    name,
    version,
    ...(architecture && { architecture }),
    sourceName: fields.get('o') || name,
    sourceVersion: version,
    ...(licence && { licences: [licence] }),
    ...relations(apkNames(fields.get('D')), apkNames(fields.get('p'))),
  };
}
