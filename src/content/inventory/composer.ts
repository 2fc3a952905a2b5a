import { AssayError } from '../../lib/error.ts';
import type { Analyser } from './analyser.ts';
import { DeclaredPackages } from './declared.ts';
import { listOf, objectOf, readJsonObject } from './json-text.ts';
import type { FoundPackage } from './package.ts';
import { field, licenceField, textOf } from './text-files.ts';

/** PHP packages as composer installed them: a list (version 1) or an object with one (version 2). */
export const composer: Analyser = {
  name: 'composer',
  reads: '`vendor/composer/installed.json` of composer 1 and 2',
  maxBytes: 32 * 1024 * 1024,
  wants: (path) => path.endsWith('/composer/installed.json'),
  read(file) {
    const packages: FoundPackage[] = [];
    for (const each of installedIn(file.bytes)) {
      const entry = objectOf(each);
      const name = field(entry?.['name']);
      const version = field(entry?.['version'])?.replace(/^v(?=\d)/, '');
      const licences = listOf(entry?.['license']).flatMap((one) => licenceField(one)?.licences ?? []);
      if (name && version)
        packages.push({
          type: 'composer',
          name,
          version,
          ...(licences.length > 0 && { licences: licences.slice(0, 20) }),
        });
    }
    return packages.length > 0 ? { evidence: { analyser: 'composer', path: file.path, packages } } : undefined;
  },
};

function installedIn(bytes: Uint8Array): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(textOf(bytes));
  } catch (cause) {
    throw new AssayError('content-malformed', 'the list of composer is not JSON', { cause });
  }
  return Array.isArray(value) ? value : listOf(objectOf(value)?.['packages']);
}

/** composer.lock, without what is for development. */
export const composerLock: Analyser = {
  name: 'composer-lock',
  reads: '`composer.lock`',
  limits: 'declared, not installed',
  maxBytes: 32 * 1024 * 1024,
  wants: (path) => (path.endsWith('/composer.lock') || path === 'composer.lock') && !path.includes('/vendor/'),
  read(file) {
    const found = new DeclaredPackages('composer');
    for (const each of listOf(readJsonObject(file.bytes, 'the composer.lock')['packages'])) {
      const version = field(objectOf(each)?.['version']);
      if (version && !version.startsWith('dev-')) found.add(objectOf(each)?.['name'], version.replace(/^v(?=\d)/, ''));
    }
    return found.finding('composer-lock', file.path);
  },
};
