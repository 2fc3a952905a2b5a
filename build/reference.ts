import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { referenceFiles } from './reference-files.ts';

/** Writes docs/reference from the tables in the code; a test fails while the committed files say something else. */
const root = dirname(dirname(fileURLToPath(import.meta.url)));
for (const [path, text] of await referenceFiles()) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  process.stdout.write(`${path}\n`);
}
