import type { Analyser } from './analyser.ts';
import { linesOf, textOf } from './text-files.ts';

const CONTENTS = /^var\/db\/pkg\/([\w.+-]{1,100})\/([\w.+-]{1,200})\/CONTENTS$/;
/** Package Manager Specification, section 3.2: the version begins at the last hyphen before a digit that fits. */
const VERSION = /-(\d+(?:\.\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)\d*)*(?:-r\d+)?)$/;

/** Gentoo: a folder a package, named by category, name and version; `CONTENTS` lists its files. */
export const portage: Analyser = {
  name: 'portage',
  reads: '`/var/db/pkg/*/*/CONTENTS`',
  limits: 'slots are not read',
  maxBytes: 32 * 1024 * 1024,
  system: true,
  wants: (path) => path.startsWith('var/db/pkg/') && CONTENTS.test(path),
  read(file) {
    const [, category, folder] = CONTENTS.exec(file.path) ?? [];
    const version = VERSION.exec(folder ?? '');
    if (!category || !folder || !version) return undefined;
    const name = `${category}/${folder.slice(0, version.index)}`;
    const found = { type: 'ebuild' as const, name, version: version[1]! };
    return {
      evidence: { analyser: 'portage', path: file.path, packages: [found] },
      owned: [{ package: name, paths: pathsOf(textOf(file.bytes)) }],
    };
  },
};

/** `obj PATH MD5 MTIME`, `sym PATH -> TARGET MTIME`, `dir PATH`: paths may hold spaces. */
function* pathsOf(text: string): Generator<string> {
  for (const line of linesOf(text)) {
    const path = line.slice(4);
    if (line.startsWith('obj ')) {
      const end = path.lastIndexOf(' ', path.lastIndexOf(' ') - 1);
      if (end > 0) yield path.slice(0, end);
    } else if (line.startsWith('sym ')) {
      const end = path.indexOf(' -> ');
      if (end > 0) yield path.slice(0, end);
    }
  }
}
