import type { Analyser } from './analyser.ts';
import { isProgram } from './go-binary.ts';
import { programMarks } from './program-marks.ts';
import { versionIn } from './program-version.ts';

/** Asked of every path of an image, so all names are one expression. */
const FILES = new RegExp(programMarks.map((each) => each.files.source).join('|'));
const baseOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Programs that came without a package manager: their own texts tell which version they are. */
export const programs: Analyser = {
  name: 'programs',
  reads: `programs and libraries by their names and the version they hold: ${[...new Set(programMarks.map((each) => each.name))].join(', ')}`,
  limits:
    'left out where a package of the distribution brought the file; judged by the advisories of Bitnami for the same project, where there are any, else no advisory is known for them',
  maxBytes: 256 * 1024 * 1024,
  wants: (path) => FILES.test(baseOf(path)),
  begins: isProgram,
  read(file) {
    const base = baseOf(file.path);
    const bytes = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength);
    for (const { name, files, marks } of programMarks) {
      const version = files.test(base) ? versionIn(bytes, marks, base) : undefined;
      if (version === undefined) continue;
      return { evidence: { analyser: 'programs', path: file.path, packages: [{ type: 'generic', name, version }] } };
    }
    return undefined;
  },
};
