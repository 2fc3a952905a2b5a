import type { Analyser, Finding } from './analyser.ts';
import { licencesOfText } from '../findings/licences/licence-text.ts';
import { readParagraphs } from './deb822.ts';
import { textOf } from './text-files.ts';

const COPYRIGHT = /^usr\/share\/doc\/([^/]+)\/copyright$/;

/** Licences of Debian packages: the "License" fields of machine-readable copyright files (DEP-5), else the text itself. */
export const dpkgCopyright: Analyser = {
  name: 'dpkg-copyright',
  reads:
    '`/usr/share/doc/*/copyright`: machine-readable ones (DEP-5), and free text by the sentences of known licences',
  maxBytes: 1024 * 1024,
  wants: (path) => path.endsWith('/copyright') && COPYRIGHT.test(path),
  read(file) {
    const name = COPYRIGHT.exec(file.path)?.[1];
    const text = textOf(file.bytes);
    if (name === undefined) return undefined;
    const found = new Set<string>();
    if (!/^\s*Format(?:-Specification)?:/i.test(text.slice(0, 200))) return wrap(file.path, name, licencesOfText(text));
    for (const paragraph of readParagraphs(text)) {
      const first = paragraph.get('license')?.split('\n')[0]?.trim();
      if (first && first.length <= 200 && paragraph.has('files')) found.add(first);
      if (found.size >= 50) break;
    }
    return wrap(file.path, name, [...found]);
  },
};

function wrap(path: string, name: string, licences: readonly string[]): Finding | undefined {
  return licences.length > 0 ? { licences: { path, package: name, licences } } : undefined;
}
