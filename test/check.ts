import { spawnSync } from 'node:child_process';

/** Format, lint and types of everything; stops at nothing so that one run shows all. */
const checks: readonly (readonly [name: string, file: string, ...args: string[]])[] = [
  ['format', 'node_modules/.bin/biome', 'format', '.'],
  ['lint', 'node_modules/.bin/oxlint', '--type-aware'],
  ['types', 'node_modules/.bin/tsc', '-p', '.'],
  ['types of the console', 'node_modules/.bin/tsc', '-p', 'web'],
];

let failed = 0;
for (const [name, file, ...args] of checks) {
  const { status } = spawnSync(file, args, { stdio: 'inherit' });
  process.stdout.write(`${name}: ${status === 0 ? 'good' : 'failed'}\n`);
  if (status !== 0) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
