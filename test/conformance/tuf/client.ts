import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { storeTarget } from '../../../src/adapters/fs/target-folder.ts';
import { trustedFolder } from '../../../src/adapters/fs/trusted-folder.ts';
import { httpClient } from '../../../src/cli/client/http.ts';
import { isAssayError } from '../../../src/lib/error.ts';
import { targetUrlPath } from '../../../src/trust/tuf/client/file-names.ts';
import { findTarget } from '../../../src/trust/tuf/client/find-target.ts';
import { updateTuf1 } from '../../../src/trust/tuf/client/tuf1-workflow.ts';
import { httpMetadata } from '../../../src/work/trust/http-metadata.ts';
import { runWorkflow } from '../../../src/work/trust/run-workflow.ts';
import { downloadTarget } from '../../../src/work/trust/download-target.ts';

/**
 * The client under test of theupdateframework/tuf-conformance (its CLIENT-CLI.md, version 2):
 * `init ROOT`, `refresh` and `download` over a folder of trusted metadata. Exit status 0 or 1, the reason on stderr.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'metadata-dir': { type: 'string' },
    'metadata-url': { type: 'string' },
    'target-name': { type: 'string', multiple: true },
    'target-base-url': { type: 'string' },
    'target-dir': { type: 'string' },
  },
});

function given(name: 'metadata-dir' | 'metadata-url' | 'target-base-url' | 'target-dir'): string {
  const value = values[name];
  if (value === undefined) throw new Error(`--${name} is missing`);
  return value;
}

function base(name: 'metadata-url' | 'target-base-url'): URL {
  return new URL(given(name).replace(/\/*$/, '/'));
}

async function run(command: string | undefined, argument: string | undefined): Promise<void> {
  const files = trustedFolder(given('metadata-dir'));
  if (command === 'init') return files.keep('root', await readFile(argument ?? ''));
  const http = httpClient(async () => []);
  const world = { files, fetch: httpMetadata(http, base('metadata-url')) };
  const chain = await runWorkflow(updateTuf1({ now: Date.now() }), world);
  if (command === 'refresh') return;
  if (command !== 'download') throw new Error(`unknown command ${command}`);
  for (const name of values['target-name'] ?? []) {
    const target = await runWorkflow(findTarget(chain, name), world);
    if (!target) throw new Error(`nobody has signed ${name}`);
    const url = new URL(
      targetUrlPath(name, target.file, chain.root.signed.consistentSnapshot),
      base('target-base-url'),
    );
    await storeTarget(given('target-dir'), target, () => downloadTarget(http, url));
  }
}

try {
  await run(positionals[0], positionals[1]);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${isAssayError(error) ? `${error.code}: ${error.message}` : String(error)}\n`);
  process.exit(1);
}
