import type { Analyser } from './analyser.ts';
import { readParagraphs } from './deb822.ts';
import { textOf } from './text-files.ts';

const COPYRIGHT = /^usr\/share\/doc\/([^/]+)\/copyright$/;

/** Licences of Debian packages, where the copyright file is machine-readable (DEP-5 "License" fields). */
export const dpkgCopyright: Analyser = {
  name: 'dpkg-copyright',
  reads: '`/usr/share/doc/*/copyright`, machine-readable ones (DEP-5)',
  maxBytes: 1024 * 1024,
  wants: (path) => path.endsWith('/copyright') && COPYRIGHT.test(path),
  read(file) {
    const name = COPYRIGHT.exec(file.path)?.[1];
    const text = textOf(file.bytes);
    if (name === undefined || !/^\s*Format(?:-Specification)?:/i.test(text.slice(0, 200))) return undefined;
    const found = new Set<string>();
    for (const paragraph of readParagraphs(text)) {
      const first = paragraph.get('license')?.split('\n')[0]?.trim();
      if (first && first.length <= 200 && paragraph.has('files')) found.add(first);
      if (found.size >= 50) break;
    }
    return found.size > 0 ? { licences: { path: file.path, package: name, licences: [...found] } } : undefined;
  },
};
