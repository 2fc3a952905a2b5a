import type { Analyser } from './analyser.ts';
import { DeclaredPackages } from './declared.ts';
import { objectOf, readJsonObject } from './json-text.ts';
import type { FoundPackage } from './package.ts';
import { field } from './text-files.ts';

/** What a published .NET program was built with, and shared frameworks: the libraries of `*.deps.json`. */
export const dotnet: Analyser = {
  name: 'dotnet',
  reads: '`*.deps.json` of programs and of shared frameworks',
  limits: 'programs bundled into one file hold theirs inside and are not read',
  maxBytes: 32 * 1024 * 1024,
  wants: (path) => path.endsWith('.deps.json'),
  read(file) {
    const packages: FoundPackage[] = [];
    const libraries = objectOf(readJsonObject(file.bytes, 'the deps.json')['libraries']) ?? {};
    for (const [identity, value] of Object.entries(libraries)) {
      const type = objectOf(value)?.['type'];
      const slash = identity.indexOf('/');
      const name = field(identity.slice(0, slash).replace(/^runtimepack\./, ''));
      const version = field(identity.slice(slash + 1));
      if (slash > 0 && name && version && (type === 'package' || type === 'runtimepack'))
        packages.push({ type: 'nuget', name, version });
    }
    return packages.length > 0 ? { evidence: { analyser: 'dotnet', path: file.path, packages } } : undefined;
  },
};

/** packages.lock.json of NuGet: frameworks, and in each what was resolved. */
export const nugetLock: Analyser = {
  name: 'nuget-lock',
  reads: '`packages.lock.json`',
  limits: 'declared, not installed',
  maxBytes: 32 * 1024 * 1024,
  wants: (path) => path.endsWith('/packages.lock.json') || path === 'packages.lock.json',
  read(file) {
    const found = new DeclaredPackages('nuget');
    for (const framework of Object.values(
      objectOf(readJsonObject(file.bytes, 'the packages.lock.json')['dependencies']) ?? {},
    ))
      for (const [name, value] of Object.entries(objectOf(framework) ?? {}))
        if (objectOf(value)?.['type'] !== 'Project') found.add(name, objectOf(value)?.['resolved']);
    return found.finding('nuget-lock', file.path);
  },
};
