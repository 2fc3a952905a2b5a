import { isAssayError } from '../../lib/error.ts';
import type { OwnedFiles } from './analyser.ts';
import type { FoundPackage } from './package.ts';
import { relations } from './relations.ts';
import { RpmHeader } from './rpm-header.ts';
import { field, licenceField } from './text-files.ts';

/** Tag numbers of rpm's header (rpmtag.h of the rpm project). */
const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  licence: 1014,
  architecture: 1022,
  provideNames: 1047,
  requireNames: 1049,
  oldFileNames: 1027,
  sourceRpm: 1044,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
  modularityLabel: 5096,
} as const;

/** The package of a header with the files that it brought; keys (`gpg-pubkey`) that rpm keeps among packages are none. */
export function packageOfHeader(blob: Uint8Array): { found: FoundPackage; owned: OwnedFiles } | undefined {
  const header = new RpmHeader(blob);
  const found = readPackage(header);
  return found && { found, owned: { package: found.name, paths: pathsOf(header) } };
}

function readPackage(header: RpmHeader): FoundPackage | undefined {
  const name = field(header.text(TAG.name));
  const version = field(header.text(TAG.version));
  const release = field(header.text(TAG.release));
  if (!name || !version || name === 'gpg-pubkey') return undefined;
  const architecture = field(header.text(TAG.architecture));
  const module = moduleOf(header.text(TAG.modularityLabel));
  return {
    type: 'rpm',
    name,
    version: rpmVersion(header.numbers(TAG.epoch)[0], version, release),
    ...(architecture && { architecture }),
    ...sourceOfRpm(header.text(TAG.sourceRpm)),
    ...licenceField(header.text(TAG.licence)),
    ...(module && { module }),
    ...relations(namesOf(header, TAG.requireNames), namesOf(header, TAG.provideNames)),
  };
}

/** Without what rpm itself provides and conditions in brackets; a damaged list takes nothing from the package. */
function* namesOf(header: RpmHeader, tag: number): Generator<string> {
  try {
    for (const name of header.texts(tag)) if (!name.startsWith('rpmlib(') && !name.startsWith('(')) yield name;
  } catch (error) {
    if (!isAssayError(error)) throw error;
  }
}

/** `epoch:version-release`; an epoch of 0 is the same as none and not written. */
export function rpmVersion(epoch: number | undefined, version: string, release: string | undefined): string {
  return `${epoch === undefined || epoch === 0 ? '' : `${epoch}:`}${version}${release ? `-${release}` : ''}`;
}

/** `name-version-release.src.rpm`: version and release hold no hyphen. */
export function sourceOfRpm(file: string | undefined): { sourceName?: string; sourceVersion?: string } {
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

/** Paths as directory and name, or whole as packages of rpm 3 have them. */
function* pathsOf(header: RpmHeader): Generator<string> {
  try {
    yield* header.texts(TAG.oldFileNames);
    const directories = header.texts(TAG.directoryNames);
    const indexes = header.numbers(TAG.directoryIndexes);
    for (const [position, base] of header.texts(TAG.baseNames).entries())
      yield `${directories[indexes[position] ?? -1] ?? ''}${base}`;
  } catch (error) {
    if (!isAssayError(error)) throw error;
  }
}
