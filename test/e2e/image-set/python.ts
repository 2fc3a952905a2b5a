import { join } from 'node:path';
import { command, succeed } from '../command.ts';
import { type BuiltImage, keyOf, kept } from './built-image.ts';

const SETS: readonly (readonly [string, ...string[]])[] = [
  ['pip, requests', 'requests==2.31.0'],
  ['pip, flask', 'flask==3.0.0'],
  ['pip, django', 'django==4.2.7', 'psycopg2-binary'],
  ['pip, fastapi', 'fastapi==0.110.0', 'uvicorn==0.27.0'],
  ['pip, black', 'black==24.2.0', 'zope.interface', 'ruamel.yaml'],
  ['pip, pillow with its own documents', 'pillow==13.0.0'],
  ['pip, jinja and friends', 'jinja2==3.1.2', 'PyYAML==6.0.1', 'Markdown', 'python-dateutil'],
];

/** Folders into which pip installed, and one virtual environment; against pip list. */
export async function* pythonImages(): AsyncGenerator<BuiltImage> {
  for (const [name, ...packages] of SETS) {
    const root = await kept(`pip-${keyOf(...packages)}`, (fresh) =>
      succeed('python3', [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--root-user-action=ignore',
        '--target',
        join(fresh, 'app/site-packages'),
        ...packages,
      ]),
    );
    yield { name, tool: 'pip list', layers: [root], expected: await listed(join(root, 'app/site-packages')) };
  }
  const root = await kept('venv', async (fresh) => {
    await succeed('python3', ['-m', 'venv', join(fresh, 'venv')]);
    await succeed(join(fresh, 'venv/bin/pip'), ['install', '--quiet', 'wheel', 'httpx==0.26.0']);
  });
  const found = (await command('sh', ['-c', `echo ${root}/venv/lib/python3*/site-packages`])).stdout.trim();
  yield { name: 'pip, virtual environment', tool: 'pip list', layers: [root], expected: await listed(found) };
}

async function listed(folder: string): Promise<BuiltImage['expected']> {
  const text = await succeed('python3', ['-m', 'pip', 'list', '--path', folder, '--format', 'json', '--no-index']);
  const rows = JSON.parse(text) as { name: string; version: string }[];
  return { pypi: rows.map((each) => `${each.name} ${each.version}`) };
}
