import type { Analyser, Finding } from './analyser.ts';
import { relations } from './relations.ts';
import { field, linesOf, textOf } from './text-files.ts';

const ENTRY = /^(?:var\/lib|usr\/lib)\/pacman\/local\/([^/]+)-[^-/]+-[^-/]+\/(desc|files)$/;

/** Arch Linux: pacman's local database, a folder a package; a name between percent signs heads the lines of its value. */
export const pacman: Analyser = {
  name: 'pacman',
  reads: '`/var/lib/pacman/local/*/desc` and `files`',
  maxBytes: 16 * 1024 * 1024,
  system: true,
  wants: (path) => path.includes('/pacman/local/') && ENTRY.test(path),
  read(file) {
    const [, name, kind] = ENTRY.exec(file.path) ?? [];
    if (!name) return undefined;
    const text = textOf(file.bytes);
    return kind === 'files'
      ? { owned: [{ package: name, paths: valuesOf(text, 'FILES') }] }
      : describe(file.path, text);
  },
};

function describe(path: string, text: string): Finding | undefined {
  const first = (key: string) => field(valuesOf(text, key).next().value);
  const name = first('NAME');
  const version = first('VERSION');
  if (!name || !version) return undefined;
  const architecture = first('ARCH');
  const licences = [...valuesOf(text, 'LICENSE')].slice(0, 20);
  const found = {
    type: 'alpm' as const,
    name,
    version,
    sourceName: first('BASE') ?? name,
    sourceVersion: version,
    ...(architecture && { architecture }),
    ...(licences.length > 0 && { licences }),
    ...relations(bare(valuesOf(text, 'DEPENDS')), bare(valuesOf(text, 'PROVIDES'))),
  };
  return { evidence: { analyser: 'pacman', path, packages: [found] } };
}

/** Without the version that is asked for: `glibc>=2.38`. */
function* bare(names: Iterable<string>): Generator<string> {
  for (const each of names) yield /^[^<>=:]*/.exec(each)?.[0] ?? '';
}

function* valuesOf(text: string, key: string): Generator<string> {
  let inside = false;
  for (const line of linesOf(text)) {
    if (line.startsWith('%') && line.endsWith('%')) inside = line === `%${key}%`;
    else if (inside && line !== '') yield line;
  }
}
