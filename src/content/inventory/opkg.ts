import type { Analyser, Finding } from './analyser.ts';
import { readParagraphs } from './deb822.ts';
import type { FoundPackage } from './package.ts';
import { field, linesOf, licenceField, textOf } from './text-files.ts';

const STATUS = /^(?:usr|var)\/lib\/opkg\/status$/;
const LIST = /^(?:usr|var)\/lib\/opkg\/info\/([^/]+)\.list$/;

/** OpenWrt, Yocto and other small systems: opkg's status file, in the form of dpkg's, and its lists of files. */
export const opkg: Analyser = {
  name: 'opkg',
  reads: '`/usr/lib/opkg/status` and `/var/lib/opkg/status`, `info/*.list`',
  limits: 'no advisories are known by opkg package',
  maxBytes: 32 * 1024 * 1024,
  system: true,
  wants: (path) => path.includes('lib/opkg/') && (STATUS.test(path) || LIST.test(path)),
  read(file) {
    const owner = LIST.exec(file.path)?.[1];
    return owner === undefined ? packagesOf(file.path, textOf(file.bytes)) : ownedBy(owner, textOf(file.bytes));
  },
};

function packagesOf(path: string, text: string): Finding {
  const packages: FoundPackage[] = [];
  for (const paragraph of readParagraphs(text)) {
    const name = field(paragraph.get('package'));
    const version = field(paragraph.get('version'));
    const state = paragraph.get('status')?.split(/\s+/)[2];
    if (!name || !version || (state !== 'installed' && state !== 'unpacked')) continue;
    const architecture = field(paragraph.get('architecture'));
    packages.push({
      type: 'opkg',
      name,
      version,
      ...(architecture && { architecture }),
      ...licenceField(paragraph.get('license')),
    });
  }
  return { evidence: { analyser: 'opkg', path, packages } };
}

/** A path, and behind a tab its mode and target where there are any. */
function ownedBy(name: string, text: string): Finding {
  const paths = function* () {
    for (const line of linesOf(text)) if (line !== '') yield line.split('\t', 1)[0]!;
  };
  return { owned: [{ package: name, paths: paths() }] };
}
