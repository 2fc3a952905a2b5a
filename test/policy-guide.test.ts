import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tarOf } from './archives.ts';
import { answerOf, pushImageOf } from './image-pusher.ts';
import { runMain } from './run-cli.ts';
import { ADMIN_PASSWORD, startServer } from './server.ts';

const PAGE = readFileSync('docs/guide/policies.md', 'utf8');

/** Words of a command line, as a shell parts them. */
function words(line: string): string[] {
  return Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, bare]) => quoted ?? bare ?? '');
}

test('the lines of the guide to policies work as they stand', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-guide-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await using server = await startServer();
  const auth = Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64');
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [server.host]: { auth } } }));
  const image = await pushImageOf(server, 'shop/app', [tarOf([{ path: 'a', content: 'a' }])], {}, '1');
  await answerOf(server, `${image.path}/observations`);
  const [policies, tests] = Array.from(PAGE.matchAll(/```yaml\n([\s\S]*?)```/g), ([, text]) => text ?? '');
  writeFileSync(join(folder, 'policies.yaml'), policies ?? '');
  writeFileSync(join(folder, 'tests.yaml'), tests ?? '');
  writeFileSync(join(folder, 'policy.json'), '{"default":[{"type":"reject"}],"transports":{}}');
  const lines = PAGE.split('\n').filter((line) => line.startsWith('    assay '));
  assert.ok(lines.length >= 15);
  for (const line of lines) {
    const args = words(line)
      .slice(1)
      .map((word) => (/^[a-z]+\.(?:yaml|json)$/.test(word) ? join(folder, word) : word));
    const { status, out, err } = await runMain(args, { DOCKER_CONFIG: folder, ASSAY_SERVER: server.url });
    // A card without advisories has no grade.
    assert.equal(status, args[0] === 'health' ? 3 : 0, `${line.trim()}: ${out}${err}`);
  }
});
