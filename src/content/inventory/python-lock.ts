import type { Analyser } from './analyser.ts';
import { DeclaredPackages } from './declared.ts';
import { objectOf, readJsonObject } from './json-text.ts';
import { pinsOf } from './python-pins.ts';
import { textOf } from './text-files.ts';
import { tomlEntries } from './toml-packages.ts';

const LOCK =
  /(?:^|\/)(?:(requirements[^/]*\.txt)|(Pipfile\.lock)|(poetry\.lock|uv\.lock|pdm\.lock|pylock(?:\.[^/]+)?\.toml))$/;

/** What Python projects pinned: requirements files, and the lock files of pipenv, poetry, uv, pdm and PEP 751. */
export const pythonLock: Analyser = {
  name: 'python-lock',
  reads: '`requirements*.txt` (exact pins), `Pipfile.lock`, `poetry.lock`, `uv.lock`, `pdm.lock`, `pylock.toml`',
  limits: 'declared, not installed; ranges, addresses and editable sources have no version',
  maxBytes: 32 * 1024 * 1024,
  wants: (path) => LOCK.test(path) && !path.includes('/_vendor/'),
  read(file) {
    const found = new DeclaredPackages('pypi');
    const [, requirements, pipfile, lock = ''] = LOCK.exec(file.path) ?? [];
    if (requirements) for (const { name, version } of pinsOf(textOf(file.bytes))) found.add(name, version);
    else if (pipfile) {
      const pinned = objectOf(readJsonObject(file.bytes, 'the Pipfile.lock')['default']) ?? {};
      for (const [name, value] of Object.entries(pinned)) {
        const version = objectOf(value)?.['version'];
        if (typeof version === 'string') found.add(name, version.replace(/^===?/, ''));
      }
    } else
      for (const entry of tomlEntries(textOf(file.bytes), lock.endsWith('.toml') ? 'packages' : 'package'))
        if (!isOwn(entry.get('source')) && entry.get('category') !== 'dev')
          found.add(entry.get('name'), entry.get('version'));
    return found.finding('python-lock', file.path);
  },
};

/** uv lists the project itself: `source = { virtual = "." }` or editable. */
function isOwn(source: string | undefined): boolean {
  return source !== undefined && /^\{\s*(?:virtual|editable|directory)\b/.test(source);
}
