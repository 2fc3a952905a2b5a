import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type RolldownOptions } from 'rolldown';

/**
 * Makes what is published: dist/main.js with a chunk for each command, dist/analysis.js for the analysis process,
 * dist/signer.js for the signing service, and web/dist with the console. The runtime needs nothing else but the optional PostgreSQL driver.
 */
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

const shared = {
  platform: 'node',
  external: [/^node:/, 'pg', 'pg-native'],
  cwd: root,
  logLevel: 'warn',
} as const satisfies RolldownOptions;

rmSync(dist, { recursive: true, force: true });
await build({
  ...shared,
  input: { main: 'src/main.ts' },
  output: {
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    minify: false,
  },
});
await build({
  ...shared,
  input: { analysis: 'src/analysis/main.ts' },
  output: { dir: dist, format: 'esm', entryFileNames: '[name].js', codeSplitting: false },
});
await build({
  ...shared,
  input: { signer: 'src/app/signer-process.ts' },
  output: { dir: dist, format: 'esm', entryFileNames: '[name].js', codeSplitting: false },
});
if (existsSync(join(root, 'web', 'vite.config.ts'))) {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'error'], {
    cwd: join(root, 'web'),
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (status !== 0) process.exit(status ?? 1);
}

const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((each) => each.endsWith('.js'));
const bytes = files.reduce((total, each) => total + statSync(join(dist, each)).size, 0);
process.stdout.write(`dist: ${files.length} files, ${Math.round(bytes / 1000)} kB\n`);
