import type { Analyser } from './analyser.ts';
import { DeclaredPackages } from './declared.ts';
import { linesOf, textOf } from './text-files.ts';

const MAX_LINE = 2000;

/**
 * yarn.lock of yarn 1 (a text form of its own) and of berry (YAML): entries begin in the first column with the
 * requests they answer; berry's `resolution` has the true name, yarn 1 has it in `resolved` of aliases.
 */
export const yarnLock: Analyser = {
  name: 'yarn-lock',
  reads: '`yarn.lock` of yarn 1 and of berry (2 to 4)',
  limits: 'declared, not installed; development packages cannot be told apart; workspaces are left out',
  maxBytes: 64 * 1024 * 1024,
  wants: (path) => (path.endsWith('/yarn.lock') || path === 'yarn.lock') && !path.includes('node_modules/'),
  read(file) {
    const found = new DeclaredPackages('npm');
    let name: string | undefined;
    let version: string | undefined;
    const finish = () => {
      if (name !== undefined && version !== undefined) found.add(name, version);
      name = undefined;
      version = undefined;
    };
    for (const whole of linesOf(textOf(file.bytes))) {
      const line = whole.slice(0, MAX_LINE);
      if (line === '' || line.startsWith('#')) continue;
      if (!line.startsWith(' ')) {
        finish();
        name = line.startsWith('__metadata') ? undefined : nameOfRequest(line);
      } else if (name !== undefined && !line.startsWith('   ')) {
        const value = valueOf(line, 'version');
        if (value !== undefined) version = value;
        const resolution = valueOf(line, 'resolution');
        if (resolution !== undefined) name = nameOfResolution(resolution);
      }
    }
    finish();
    return found.finding('yarn-lock', file.path);
  },
};

/** The first of `"@a/b@^1", "@a/b@npm:^1.2":`; `alias@npm:name@range` asks for another name. */
function nameOfRequest(line: string): string | undefined {
  const first = line
    .split(/[,:]\s|:$/, 1)[0]!
    .trim()
    .replaceAll('"', '');
  const alias = /@npm:((?:@[^/@]+\/)?[^@]+)@/.exec(first);
  if (alias) return alias[1];
  const at = first.indexOf('@', 1);
  return at > 0 ? first.slice(0, at) : undefined;
}

/** `name@npm:1.2.3`; other protocols (workspace, link, patch of a workspace) are not of a registry. */
function nameOfResolution(resolution: string): string | undefined {
  const at = resolution.indexOf('@', 1);
  return at > 0 && /^@(?:npm|patch):/.test(resolution.slice(at)) ? resolution.slice(0, at) : undefined;
}

/** `  version "1"` of yarn 1 and `  version: 1` of berry. */
function valueOf(line: string, key: string): string | undefined {
  const rest = line.trim();
  if (!rest.startsWith(key)) return undefined;
  const after = rest.slice(key.length);
  if (!after.startsWith(' ') && !after.startsWith(':')) return undefined;
  return after
    .replace(/^:?\s+/, '')
    .replaceAll('"', '')
    .trim();
}
