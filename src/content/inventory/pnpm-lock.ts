import type { Analyser } from './analyser.ts';
import { DeclaredPackages } from './declared.ts';
import { linesOf, textOf } from './text-files.ts';

const MAX_LINE = 2000;

/**
 * pnpm-lock.yaml, of which only the keys of its `packages` are read: `/name/1.0.0_peers` (lockfileVersion 5),
 * `/name@1.0.0(peers)` (6), `name@1.0.0` (9). The indentation is pnpm's own, two spaces a level.
 */
export const pnpmLock: Analyser = {
  name: 'pnpm-lock',
  reads: '`pnpm-lock.yaml` (lockfileVersion 5 to 9)',
  limits: 'declared, not installed; from version 9 on development packages cannot be told apart',
  maxBytes: 64 * 1024 * 1024,
  wants: (path) => (path.endsWith('/pnpm-lock.yaml') || path === 'pnpm-lock.yaml') && !path.includes('node_modules/'),
  read(file) {
    const found = new DeclaredPackages('npm');
    let inside = false;
    let entry: { name: string; version: string } | undefined;
    const finish = () => {
      if (entry) found.add(entry.name, entry.version);
      entry = undefined;
    };
    for (const whole of linesOf(textOf(file.bytes))) {
      const line = whole.slice(0, MAX_LINE);
      if (line === '' || line.startsWith('#')) continue;
      if (!line.startsWith(' ')) {
        finish();
        inside = line === 'packages:';
      } else if (inside && /^ {2}[^ ]/.test(line)) {
        finish();
        entry = splitKey(line.trim());
      } else if (entry && line.trim() === 'dev: true') entry = undefined;
      else if (entry && line.startsWith('    name: ')) entry.name = unquote(line.slice(10));
      else if (entry && line.startsWith('    version: ')) entry.version = unquote(line.slice(13));
    }
    finish();
    return found.finding('pnpm-lock', file.path);
  },
};

function unquote(text: string): string {
  return text.trim().replace(/^(['"])(.*)\1$/, '$2');
}

function splitKey(line: string): { name: string; version: string } | undefined {
  const colon = /:(?: \{\})?$/.exec(line);
  if (!colon) return undefined;
  const key = unquote(line.slice(0, colon.index)).split('(', 1)[0]!;
  const path = key.startsWith('/') ? key.slice(1) : key;
  const base = path.startsWith('@') ? path.indexOf('/') + 1 : 0;
  const slash = path.indexOf('/', base);
  if (slash > 0 && key.startsWith('/'))
    return registryEntry(path.slice(0, slash), path.slice(slash + 1).split('_', 1)[0]!);
  const at = path.indexOf('@', base + 1);
  return at > 0 && slash < 0 ? registryEntry(path.slice(0, at), path.slice(at + 1)) : undefined;
}

/** Keys of folders, archives and git sources hold addresses, or the host first. */
function registryEntry(name: string, version: string): { name: string; version: string } | undefined {
  return /^\d/.test(version) && !/[:\\]/.test(name) ? { name, version } : undefined;
}
