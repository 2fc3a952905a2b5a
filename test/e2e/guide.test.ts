import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { test } from 'node:test';
import { PASSWORD } from '../access-client.ts';
import { peopleOfChannels } from '../channel-world.ts';
import { ADMIN_PASSWORD, startServer, type TestServer } from '../server.ts';
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

/** As if a day had passed since the image came to staging. */
function dayLater(server: TestServer): void {
  const database = new DatabaseSync(join(server.directory, 'assay.sqlite'));
  database.prepare('update tag_changes set changed_at = changed_at - 90000000').run();
  database.close();
}

test('the guide to channels leads from intake to production and back', { timeout: 300_000 }, async (t) => {
  const page = readFileSync('docs/guide/channels.md', 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'assay-guide-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'channel.yaml'), /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
  await using server = await startServer();
  await peopleOfChannels(server);
  await using docker = await dockerEngine();
  const speaks = (name: string) => ({
    ...docker.env,
    ASSAY_SERVER: server.url,
    ASSAY_USER: name,
    ASSAY_PASSWORD: PASSWORD,
  });
  await succeed('docker', ['login', '-u', 'dev', '--password-stdin', server.host], {
    env: docker.env,
    input: PASSWORD,
  });
  const steps = listings('docs/guide/channels.md');
  const apply = steps.findIndex((line) => line.includes('channel apply'));
  const push = steps.findIndex((line) => line.startsWith('docker push'));
  const back = steps.findIndex((line) => line.includes('roll-back'));
  assert.ok(apply === 0 && push > apply && back === steps.length - 1, steps.join('\n'));
  let request = '';
  const run = async (line: string, name = 'dev') => {
    const text = line
      .replaceAll('127.0.0.1:5000', server.host)
      .replace(/^assay/, 'bin/assay.mjs')
      .replace('REQUEST', request)
      .replace('channel.yaml', join(folder, 'channel.yaml'));
    const answer = await command('sh', ['-c', text], { env: speaks(name) });
    if (line.includes('/production/') && line.startsWith('docker push')) {
      assert.notEqual(answer.status, 0, line);
      assert.match(
        answer.stderr + answer.stdout,
        /images come by promotion only; push to the stage intake, then: assay channel request shop\/staging\/app:/,
      );
    } else assert.equal(answer.status, 0, `${line}: ${answer.stderr}${answer.stdout}`);
    request = /request (\S+) {2}waits/.exec(answer.stdout)?.[1] ?? request;
    return answer.stdout;
  };
  for (const line of steps.slice(apply, push)) await run(line, 'owen');
  const digests: string[] = [];
  for (const round of ['one', 'two']) {
    await succeed('sh', ['-c', `printf ${round} > "$0/word" && tar -C "$0" -c word | docker import - app`, folder], {
      env: docker.env,
    });
    for (const stage of ['intake', 'production'])
      await succeed('docker', ['tag', 'app', `${server.host}/shop/${stage}/app:1`], { env: docker.env });
    for (const line of steps.slice(push, back)) {
      if (line.includes('channel approve')) {
        dayLater(server);
        assert.match(await run(line, 'ann'), /waits: shop\/staging\/app:1 to shop\/production\/app:1/);
        digests.push(/promoted: shop\/production\/app:1 is (\S+)/.exec(await run(line, 'bob'))?.[1] ?? '');
      } else await run(line);
    }
  }
  assert.equal(new Set(digests).size, 2, digests.join());
  const said = await run(steps[back]!, 'cid');
  assert.equal(said.trim(), `shop/production/app:1 is ${digests[0]} again, not ${digests[1]}`);
});
