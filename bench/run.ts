import { existsSync, globSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { machine } from './machine.ts';
import { type BenchTable, render } from './table.ts';

/**
 * `npm run bench [-- name …]`: runs the named benches, or all, and prints their tables; `--write` puts them into
 * docs/benchmarks.md. A bench is a file of this folder that exports `run`.
 */
const words = process.argv.slice(2);
const wanted = words.filter((word) => !word.startsWith('--'));
const parts = new Set(['run.ts', 'table.ts', 'machine.ts']);
const files = globSync('bench/*.ts').filter(
  (file) => !parts.has(basename(file)) && (wanted.length === 0 || wanted.includes(basename(file, '.ts'))),
);
const host = machine();
const texts = [`Measured on ${new Date().toISOString().slice(0, 10)}: ${host.text}.\n`];
process.stdout.write(texts[0]!);
for (const file of files.sort()) {
  const module = (await import(pathToFileURL(file).href)) as { run?: () => Promise<BenchTable> };
  if (!module.run) continue;
  const text = render(await module.run());
  process.stdout.write(`\n${text}`);
  texts.push(text);
}
if (words.includes('--write')) {
  const path = 'docs/benchmarks.md';
  const head =
    '# Benchmarks\n\nMade by `npm run bench -- --write`. Ratios hold; absolute figures are of the machine named. Misses stay in the table.\n\n';
  writeFileSync(path, head + texts.join('\n'));
  process.stdout.write(`\n${existsSync(path) ? 'written to' : 'made'} ${path}\n`);
}
