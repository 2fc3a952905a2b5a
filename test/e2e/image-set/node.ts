import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../command.ts';
import { type BuiltImage, keyOf, kept } from './built-image.ts';

const SETS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['npm, express', { express: '4.18.2' }],
  ['npm, react', { react: '18.2.0', 'react-dom': '18.2.0', '@tanstack/react-query': '5.17.0' }],
  ['npm, old lodash and minimist', { lodash: '4.17.15', minimist: '1.2.0', mkdirp: '0.5.1' }],
  ['npm, typescript', { typescript: '5.3.3', tslib: '2.6.2' }],
  ['npm, eslint', { eslint: '8.56.0' }],
  [
    'npm, two of one name',
    { debug: '4.3.4', send: '0.18.0', 'strip-ansi-old': 'npm:strip-ansi@3.0.1', chalk: '4.1.2' },
  ],
];

interface Node {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, Node>>;
}

/** Projects that npm installed, and their lock files alone; against npm ls. */
export async function* nodeImages(folder: string): AsyncGenerator<BuiltImage> {
  const installed: string[] = [];
  for (const [name, dependencies] of SETS) {
    const root = await kept(`npm-${keyOf(JSON.stringify(dependencies))}`, async (fresh) => {
      mkdirSync(join(fresh, 'app'));
      writeFileSync(join(fresh, 'app/package.json'), JSON.stringify({ name: 'app', version: '0.0.0', dependencies }));
      const done = await command(
        'npm',
        ['install', '--silent', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'],
        { cwd: join(fresh, 'app') },
      );
      if (done.status !== 0) throw new Error(`npm install: ${done.stderr}`);
    });
    installed.push(root);
    yield { name, tool: 'npm ls', layers: [root], expected: { npm: await listed(join(root, 'app')) } };
  }
  for (const [number, root] of installed.slice(0, 4).entries()) {
    const alone = join(folder, `npm-lock-${number}`);
    mkdirSync(join(alone, 'app'), { recursive: true });
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(root, 'app', file), join(alone, 'app', file));
    const expected = { npm: await listed(join(alone, 'app'), '--package-lock-only') };
    yield { name: `${SETS[number]?.[0] ?? ''}, lock file alone`, tool: 'npm ls', layers: [alone], expected };
  }
}

async function listed(folder: string, ...more: readonly string[]): Promise<string[]> {
  const { stdout } = await command('npm', ['ls', '--all', '--json', '--long', ...more], { cwd: folder });
  const found = new Set<string>();
  const walk = (node: Node) => {
    for (const [name, each] of Object.entries(node.dependencies ?? {})) {
      if (each.version !== undefined) found.add(`${each.name ?? name} ${each.version}`);
      walk(each);
    }
  };
  walk(JSON.parse(stdout) as Node);
  return [...found];
}
