import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { serveAdmissionReplica } from '../src/app/admission-replica.ts';
import { makeServingCertificate } from '../src/app/serving-certificate.ts';
import { ServerClient } from '../src/cli/server-client.ts';
import { PASSWORD } from './access-client.ts';
import { gateWorld } from './gate-world.ts';
import { reviewPod } from './review-pod.ts';

const { authority, certificate, key } = makeServingCertificate(['localhost'], Date.now());

const send = (address: string, image: string, form?: 'validate' | 'mutate') =>
  reviewPod(address, authority, image, form);

test('with the server away, a replica answers from signed decisions, also after its own restart; nothing else passes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-admit-'));
  const world = await gateWorld();
  await world.policy(['deploy']);
  writeFileSync(join(folder, 'tls.crt'), certificate);
  writeFileSync(join(folder, 'tls.key'), key);
  const client = () => new ServerClient(world.server.url, {}).signedInAs('reader', PASSWORD);
  const options = {
    listen: '127.0.0.1:0',
    certificate: join(folder, 'tls.crt'),
    key: join(folder, 'tls.key'),
    clientCa: undefined,
    state: join(folder, 'state'),
  };
  const [good, plain, pair] = ['{good}', '{plain}', '{pair}'].map(world.filled) as [string, string, string];
  let replica = await serveAdmissionReplica(client(), options);
  try {
    assert.equal((await send(replica.address, good)).allowed, true);
    const patched = await send(replica.address, good, 'mutate');
    assert.match(Buffer.from(patched.patch ?? '', 'base64').toString(), new RegExp(world.images.good.digest));
    assert.match((await send(replica.address, plain)).status?.message ?? '', /rule signed/);
    await world.server.running.stop();
    assert.equal((await send(replica.address, good)).allowed, true);
    assert.match((await send(replica.address, plain)).status?.message ?? '', /rule signed/);
    const unknown = await send(replica.address, pair);
    assert.equal(unknown.allowed, false);
    assert.match(
      unknown.status?.message ?? '',
      /rule undecided: the server cannot be reached, and no decision of it is kept/,
    );
    await replica.stop();
    replica = await serveAdmissionReplica(client(), options);
    assert.equal((await send(replica.address, good)).allowed, true);
    assert.equal((await send(replica.address, pair)).allowed, false);
  } finally {
    await replica.stop();
    await world[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
});
