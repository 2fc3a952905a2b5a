import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ADMIN_PASSWORD, startServer } from '../server.ts';
import { command, succeed } from './command.ts';
import { dockerEngine } from './container-engine.ts';
import { debianRoot } from './debian-image.ts';

const TRACKER = '../shared/data/advisories/debian-tracker-bookworm-derived.json';

/** The command lines of a page: indented by four spaces, comments cut off. */
function listings(page: string): string[] {
  return readFileSync(page, 'utf8')
    .split('\n')
    .filter((line) => /^ {4}(?:npm|docker|assay)\b/.test(line))
    .map((line) => line.replace(/\s+#.*$/, '').trim());
}

/** Lines that start the server, need a network, or another host; each is run elsewhere or shown here to be known. */
const elsewhere = [
  /^npm (?:start|test)\b/,
  /^npm run assay -- ca install .*registry\.example/,
  /^npm run assay -- (?:ca --fingerprint)$/,
];

test('the first steps of the README and the guide work as they stand', {
  skip: existsSync(TRACKER) ? false : `${TRACKER} is not here`,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-guide-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await using server = await startServer();
  await using docker = await dockerEngine();
  const env = { ...docker.env, XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: join(folder, 'config') };
  await succeed('sh', ['-c', 'docker import - debian:12 < "$0"', await debianRoot()], { env });
  await succeed('docker', ['save', '-o', join(folder, 'image.tar'), 'debian:12'], { env });
  await succeed('skopeo', [
    'copy',
    '-q',
    `docker-archive:${join(folder, 'image.tar')}`,
    `oci:${join(folder, 'layout')}:latest`,
  ]);
  let ran = 0;
  for (const line of [...listings('README.md'), ...listings('docs/guide/first-image.md')]) {
    if (elsewhere.some((each) => each.test(line))) continue;
    const text = line
      .replaceAll('127.0.0.1:5000', server.host)
      .replace('docker login -u admin', 'docker login -u admin --password-stdin')
      .replace(' data.json', ` --server ${server.url} ${TRACKER}`)
      .replace('./layout', join(folder, 'layout'))
      .replace('image.tar', join(folder, 'image.tar'));
    const { status, stdout, stderr } = await command('sh', ['-c', text], { env, input: ADMIN_PASSWORD });
    const undecided = status === 3 && /no advisories imported/.test(stdout);
    assert.ok(
      status === 0 || undecided || (status === 1 && text.includes('--fail-on')),
      `${line}: ${status} ${stderr}${stdout}`,
    );
    ran++;
  }
  assert.ok(ran >= 9, `${ran} lines were found`);
});
