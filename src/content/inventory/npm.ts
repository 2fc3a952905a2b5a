import { AssayError } from '../../lib/error.ts';
import type { Analyser } from './analyser.ts';
import { field, licenceField, textOf } from './text-files.ts';

/** A package's own file: `node_modules/name/package.json` or `node_modules/@scope/name/package.json`, at any depth. */
const MANIFEST = /(?:^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/;

/** Node.js packages as they are installed; name and version stand in the package's own manifest. */
export const npm: Analyser = {
  name: 'npm',
  maxBytes: 4 * 1024 * 1024,
  wants: (path) => path.endsWith('/package.json') && MANIFEST.test(path),
  read(file) {
    const manifest = parseObject(textOf(file.bytes));
    const name = field(manifest['name']);
    const version = field(manifest['version']);
    if (!name || !version) return undefined;
    const licences = licencesOf(manifest);
    return {
      evidence: {
        analyser: 'npm',
        path: file.path,
        packages: [{ type: 'npm', name, version, ...(licences.length > 0 && { licences }) }],
      },
    };
  },
};

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (cause) {
    throw new AssayError('content-malformed', 'the package.json is not JSON', { cause });
  }
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** `license` as text or object, and the `licenses` list of old packages. */
function licencesOf(manifest: Record<string, unknown>): string[] {
  const listed = Array.isArray(manifest['licenses']) ? manifest['licenses'].slice(0, 20) : [];
  return [manifest['license'], ...listed].flatMap((each: unknown) => {
    const text = typeof each === 'object' && each !== null && 'type' in each ? each.type : each;
    return licenceField(text)?.licences ?? [];
  });
}
