import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AssayError, systemCode } from '../../lib/error.ts';
import type { DecisionShelf } from '../../ports/decision-source.ts';

const content = z.object({ keys: z.record(z.string(), z.string()), decisions: z.array(z.string()) });
const FILE = 'decisions.json';

/** Signed decisions in one file of a private folder, written beside and renamed over. */
export function decisionFile(folder: string): DecisionShelf {
  const path = join(folder, FILE);
  return {
    async load() {
      try {
        const { keys, decisions } = content.parse(JSON.parse(await readFile(path, 'utf8')));
        return { keys: new Map(Object.entries(keys)), decisions };
      } catch (error) {
        if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError || error instanceof z.ZodError)
          return { keys: new Map(), decisions: [] };
        throw new AssayError('storage-failed', `cannot read ${path}`, { cause: error });
      }
    },
    async save({ keys, decisions }) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const beside = `${path}.${process.pid}`;
      await writeFile(beside, JSON.stringify({ keys: Object.fromEntries(keys), decisions }), { mode: 0o600 });
      await rename(beside, path);
    },
  };
}
