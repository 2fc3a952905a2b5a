import type { Analyser } from './analyser.ts';
import { type JsonObject, listOf, objectOf, readJsonObject } from './json-text.ts';
import { relations } from './relations.ts';
import { field, licenceField } from './text-files.ts';

/** A package's own file: `node_modules/name/package.json` or `node_modules/@scope/name/package.json`, at any depth. */
const MANIFEST = /(?:^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/;

/** Node.js packages as they are installed; name and version stand in the package's own manifest. */
export const npm: Analyser = {
  name: 'npm',
  reads: '`node_modules/**/package.json`, nested ones, those of pnpm’s store and of npm itself',
  limits: 'code that a bundler joined into one file has no manifest and is not found',
  maxBytes: 4 * 1024 * 1024,
  wants: (path) => path.endsWith('/package.json') && MANIFEST.test(path),
  read(file) {
    const manifest = readJsonObject(file.bytes, 'the package.json');
    const name = field(manifest['name']);
    const version = field(manifest['version']);
    if (!name || !version) return undefined;
    const licences = licencesOf(manifest);
    return {
      evidence: {
        analyser: 'npm',
        path: file.path,
        packages: [
          { type: 'npm', name, version, ...(licences.length > 0 && { licences }), ...relations(npmNeeds(manifest)) },
        ],
      },
    };
  },
};

/** Names in `dependencies` and `optionalDependencies`, of a manifest or of an entry of a lock file. */
export function npmNeeds(entry: JsonObject): string[] {
  return ['dependencies', 'optionalDependencies'].flatMap((each) => Object.keys(objectOf(entry[each]) ?? {}));
}

/** `license` as text or object, and the `licenses` list of old packages. */
function licencesOf(manifest: JsonObject): string[] {
  const listed = listOf(manifest['licenses']).slice(0, 20);
  return [manifest['license'], ...listed].flatMap(
    (each) => licenceField(objectOf(each)?.['type'] ?? each)?.licences ?? [],
  );
}
