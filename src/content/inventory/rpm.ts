import { isAssayError } from '../../lib/error.ts';
import type { Analyser, OwnedFiles } from './analyser.ts';
import type { FoundPackage } from './package.ts';
import { RpmHeader } from './rpm-header.ts';
import { SqlitePages } from './sqlite-pages.ts';
import { field, licenceField } from './text-files.ts';

const DATABASE = /^(?:var\/lib\/rpm|usr\/lib\/sysimage\/rpm|usr\/share\/rpm)\/rpmdb\.sqlite$/;
/** Tag numbers of rpm's header (rpmtag.h of the rpm project). */
const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  licence: 1014,
  architecture: 1022,
  sourceRpm: 1044,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
  modularityLabel: 5096,
} as const;

/** RPM systems with the SQLite database (RHEL 9 and its kin, Fedora, openSUSE of late); a row is a package header. */
export const rpm: Analyser = {
  name: 'rpm',
  maxBytes: 256 * 1024 * 1024,
  system: true,
  wants: (path) => path.endsWith('/rpmdb.sqlite') && DATABASE.test(path),
  read(file) {
    const packages: FoundPackage[] = [];
    const owned: OwnedFiles[] = [];
    for (const columns of new SqlitePages(file.bytes).table('Packages')) {
      const blob = columns[1];
      if (!blob || blob.length === 0) continue;
      const header = new RpmHeader(blob);
      const found = readPackage(header);
      if (!found) continue;
      packages.push(found);
      owned.push({ package: found.name, paths: pathsOf(header) });
    }
    return { evidence: { analyser: 'rpm', path: file.path, packages }, owned };
  },
};

/** `gpg-pubkey` rows are keys that rpm keeps among the packages. */
function readPackage(header: RpmHeader): FoundPackage | undefined {
  const name = field(header.text(TAG.name));
  const version = field(header.text(TAG.version));
  const release = field(header.text(TAG.release));
  if (!name || !version || name === 'gpg-pubkey') return undefined;
  const epoch = header.numbers(TAG.epoch)[0];
  const architecture = field(header.text(TAG.architecture));
  const module = moduleOf(header.text(TAG.modularityLabel));
  const full = `${epoch === undefined || epoch === 0 ? '' : `${epoch}:`}${version}${release ? `-${release}` : ''}`;
  return {
    type: 'rpm',
    name,
    version: full,
    ...(architecture && { architecture }),
    ...sourceOf(header.text(TAG.sourceRpm)),
    ...licenceField(header.text(TAG.licence)),
    ...(module && { module }),
  };
}

/** `name-version-release.src.rpm`: version and release hold no hyphen. */
function sourceOf(file: string | undefined): { sourceName?: string; sourceVersion?: string } {
  const base = file?.slice(0, 500).replace(/\.(?:no)?src\.rpm$/, '');
  const release = base?.lastIndexOf('-') ?? -1;
  const version = release > 0 ? base!.lastIndexOf('-', release - 1) : -1;
  return version > 0 ? { sourceName: base!.slice(0, version), sourceVersion: base!.slice(version + 1) } : {};
}

/** `name:stream:version:context:arch`; advisories speak of name and stream. */
function moduleOf(label: string | undefined): string | undefined {
  const [name, stream] = label?.slice(0, 300).split(':') ?? [];
  return name && stream ? `${name}:${stream}` : undefined;
}

function* pathsOf(header: RpmHeader): Generator<string> {
  try {
    const directories = header.texts(TAG.directoryNames);
    const indexes = header.numbers(TAG.directoryIndexes);
    for (const [position, base] of header.texts(TAG.baseNames).entries())
      yield `${directories[indexes[position] ?? -1] ?? ''}${base}`;
  } catch (error) {
    if (!isAssayError(error)) throw error;
  }
}
