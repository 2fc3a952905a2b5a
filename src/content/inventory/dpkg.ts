import type { Analyser } from './analyser.ts';
import { type Paragraph, readParagraphs } from './deb822.ts';
import type { FoundPackage } from './package.ts';
import { debianNames, relations } from './relations.ts';

const STATUS = /^(?:var\/lib|usr\/lib)\/dpkg\/status(?:\.d\/[^/]+)?$/;

/** Debian and Ubuntu: the dpkg status file, and one file a package in distroless images (status.d). */
export const dpkg: Analyser = {
  name: 'dpkg',
  reads: '`/var/lib/dpkg/status`, `status.d/*` of distroless images, in `/var/lib` and `/usr/lib`',
  maxBytes: 64 * 1024 * 1024,
  system: true,
  wants: (path) =>
    path.includes('/dpkg/status') && STATUS.test(path) && !path.endsWith('.md5sums') && !path.endsWith('.preinst'),
  read(file) {
    const packages: FoundPackage[] = [];
    for (const paragraph of readParagraphs(new TextDecoder().decode(file.bytes))) {
      const found = readPackage(paragraph, file.path.includes('/status.d/'));
      if (found) packages.push(found);
    }
    return { evidence: { analyser: 'dpkg', path: file.path, packages } };
  },
};

/** dpkg(1): the third word of Status is the state; status.d files of distroless images carry none. */
function readPackage(paragraph: Paragraph, single: boolean): FoundPackage | undefined {
  const name = paragraph.get('package');
  const version = paragraph.get('version');
  if (!name || !version) return undefined;
  const status = paragraph.get('status')?.split(/\s+/);
  if (status ? !isPresent(status[2]) : !single) return undefined;
  const architecture = paragraph.get('architecture');
  const source = readSource(paragraph.get('source'), name, version);
  const needs = [...debianNames(paragraph.get('pre-depends')), ...debianNames(paragraph.get('depends'))];
  return {
    type: 'deb',
    name,
    version,
    ...(architecture && { architecture }),
    ...source,
    ...relations(needs, debianNames(paragraph.get('provides'))),
  };
}

/** Files of the package are in place in these states; half-configured still counts, config-files does not. */
function isPresent(state: string | undefined): boolean {
  return (
    state === 'installed' ||
    state === 'unpacked' ||
    state === 'half-configured' ||
    state === 'triggers-awaited' ||
    state === 'triggers-pending'
  );
}

/** `Source: name (version)`; without it the binary's own name and version stand, without a version the binary's. */
function readSource(
  field: string | undefined,
  name: string,
  version: string,
): { sourceName: string; sourceVersion: string } {
  const match = field && /^(\S+)(?:\s+\(([^)]+)\))?/.exec(field);
  return { sourceName: match?.[1] ?? name, sourceVersion: match?.[2] ?? version };
}
