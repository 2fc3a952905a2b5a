import type { Analyser } from './analyser.ts';
import type { FoundPackage } from './package.ts';
import { rpmVersion, sourceOfRpm } from './rpm-package.ts';
import { field, linesOf, textOf } from './text-files.ts';

const MANIFEST = 'var/lib/rpmmanifest/container-manifest-2';

/**
 * Distroless images of Azure Linux and CBL-Mariner, which have no rpm database: lines of name, version-release, times of
 * installation and build, vendor, epoch as text, size, architecture, epoch as number and source package, by tabs.
 */
export const rpmManifest: Analyser = {
  name: 'rpm-manifest',
  reads: '`/var/lib/rpmmanifest/container-manifest-2`',
  limits: 'it does not list files: language packages of such images are judged by their own ecosystem',
  maxBytes: 16 * 1024 * 1024,
  system: true,
  wants: (path) => path === MANIFEST,
  read(file) {
    const packages: FoundPackage[] = [];
    for (const line of linesOf(textOf(file.bytes))) {
      const [name, version, , , , , , architecture, epoch, source] = line.split('\t', 10).map(field);
      if (!name || !version || name === 'gpg-pubkey') continue;
      const hasArchitecture = architecture !== undefined && architecture !== '(none)';
      packages.push({
        type: 'rpm',
        name,
        version: rpmVersion(Number.parseInt(epoch ?? '0', 10) || 0, version, undefined),
        ...(hasArchitecture && { architecture }),
        ...sourceOfRpm(source),
      });
    }
    return packages.length > 0 ? { evidence: { analyser: 'rpm-manifest', path: file.path, packages } } : undefined;
  },
};
