import type { Analyser, OwnedFiles } from './analyser.ts';
import { linesOf, textOf } from './text-files.ts';

const LIST = /^(?:var|usr)\/lib\/dpkg\/info\/([^/]+)\.list$/;
const SUMS = /^(?:var|usr)\/lib\/dpkg\/status\.d\/([^/]+)\.md5sums$/;

/** Which files Debian packages brought: dpkg's `info/*.list`, and md5sums in images without dpkg (status.d). */
export const dpkgFiles: Analyser = {
  name: 'dpkg-files',
  reads: '`/var/lib/dpkg/info/*.list` and `status.d/*.md5sums`, for the owners of files',
  maxBytes: 16 * 1024 * 1024,
  system: true,
  wants: (path) => (path.endsWith('.list') && LIST.test(path)) || (path.endsWith('.md5sums') && SUMS.test(path)),
  read(file) {
    const list = LIST.exec(file.path);
    const name = (list ?? SUMS.exec(file.path))?.[1]?.replace(/:[a-z0-9]+$/, '');
    if (name === undefined) return undefined;
    const text = textOf(file.bytes);
    const owned: OwnedFiles = { package: name, paths: list ? linesOf(text) : summedPaths(text) };
    return { owned: [owned] };
  },
};

/** `md5  path` lines: 32 digits and two spaces before the path. */
function* summedPaths(text: string): Generator<string> {
  for (const line of linesOf(text)) if (line.length > 34) yield line.slice(34);
}
