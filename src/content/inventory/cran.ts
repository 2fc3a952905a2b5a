import type { Analyser } from './analyser.ts';
import { readParagraphs } from './deb822.ts';
import { field, licenceField, textOf } from './text-files.ts';

const DESCRIPTION = /(?:^|\/)(?:site-library|library|R\/[^/]+)\/([^/]+)\/DESCRIPTION$/;

/** R packages as R installed them: the control file of each in its library. */
export const cran: Analyser = {
  name: 'cran',
  reads: '`DESCRIPTION` of packages in R’s libraries',
  maxBytes: 1024 * 1024,
  wants: (path) => path.endsWith('/DESCRIPTION') && DESCRIPTION.test(path),
  read(file) {
    const [fields] = readParagraphs(textOf(file.bytes));
    const name = field(fields?.get('package'));
    const version = field(fields?.get('version'));
    if (!name || !version || name !== DESCRIPTION.exec(file.path)?.[1]) return undefined;
    const found = { type: 'cran' as const, name, version, ...licenceField(fields?.get('license')) };
    return { evidence: { analyser: 'cran', path: file.path, packages: [found] } };
  },
};
