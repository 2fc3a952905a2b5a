import type { Analyser } from './analyser.ts';
import { listOf, objectOf, readJsonObject } from './json-text.ts';
import type { FoundPackage } from './package.ts';
import { field } from './text-files.ts';

const INVENTORY = /(?:^|\/)usr\/share\/bottlerocket\/application-inventory\.json$/;

/** Bottlerocket: the list of rpm packages that its build wrote into the image, which has no rpm database. */
export const bottlerocket: Analyser = {
  name: 'bottlerocket',
  reads: '`usr/share/bottlerocket/application-inventory.json`',
  limits: 'the list names no files',
  maxBytes: 16 * 1024 * 1024,
  system: true,
  wants: (path) => path.endsWith('/application-inventory.json') && INVENTORY.test(path),
  read(file) {
    const packages: FoundPackage[] = [];
    for (const each of listOf(readJsonObject(file.bytes, 'the inventory')['Content'])) {
      const entry = objectOf(each);
      const name = field(entry?.['Name']);
      const version = field(entry?.['Version']);
      if (!name || !version) continue;
      const release = field(entry?.['Release']);
      const epoch = field(entry?.['Epoch']);
      const architecture = field(entry?.['Architecture']);
      packages.push({
        type: 'rpm',
        name,
        version: `${epoch && epoch !== '0' ? `${epoch}:` : ''}${version}${release ? `-${release}` : ''}`,
        ...(architecture && { architecture }),
      });
    }
    return { evidence: { analyser: 'bottlerocket', path: file.path, packages } };
  },
};
