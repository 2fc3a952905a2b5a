import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';

/** Runs one group of tests with node:test and passes its exit status on: `unit`, `e2e` or `long`. */
const groups: Readonly<Record<string, { files: readonly string[]; flags: readonly string[] }>> = {
  unit: {
    files: [
      'src/**/*.test.ts',
      'web/src/**/*.test.ts',
      'test/*.test.ts',
      'test/conformance/**/*.test.ts',
      'test/regression/**/*.test.ts',
    ],
    flags: ['--test-concurrency=2', '--test-timeout=120000'],
  },
  e2e: { files: ['test/e2e/**/*.test.ts'], flags: ['--test-concurrency=1', '--test-timeout=600000'] },
  long: { files: ['test/long/**/*.test.ts'], flags: ['--test-concurrency=1', '--test-timeout=3600000'] },
};

const [name = 'unit', ...filters] = process.argv.slice(2);
const group = groups[name];
if (!group) throw new Error(`no group of tests is called ${name}; there are ${Object.keys(groups).join(', ')}`);
const files = globSync([...group.files])
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort();
if (files.length === 0) throw new Error('no test files match');
const node = spawn(
  process.execPath,
  ['--disable-warning=ExperimentalWarning', '--test', '--test-reporter=spec', ...group.flags, ...files],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => node.kill(signal));
node.on('close', (code) => {
  process.exitCode = code ?? 1;
});
