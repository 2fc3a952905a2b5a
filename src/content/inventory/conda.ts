import type { Analyser } from './analyser.ts';
import { readJsonObject } from './json-text.ts';
import { field, licenceField } from './text-files.ts';

const RECORD = /(?:^|\/)conda-meta\/[^/]+\.json$/;

/** Packages of conda environments; the Python packages among them are found by their own metadata too. */
export const conda: Analyser = {
  name: 'conda',
  reads: '`conda-meta/*.json`',
  limits: 'no advisories are known by conda package; Python packages are judged by their own metadata',
  maxBytes: 16 * 1024 * 1024,
  wants: (path) => path.endsWith('.json') && RECORD.test(path),
  read(file) {
    const record = readJsonObject(file.bytes, 'the record of conda');
    const name = field(record['name']);
    const version = field(record['version']);
    if (!name || !version) return undefined;
    const found = { type: 'conda' as const, name, version, ...licenceField(record['license']) };
    return { evidence: { analyser: 'conda', path: file.path, packages: [found] } };
  },
};
