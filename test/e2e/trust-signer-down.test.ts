import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { makeSignerCertificates } from '../../src/app/signer-certificates.ts';
import { type RemoteSigner, startSigner } from '../remote-signer.ts';
import { startServer } from '../server.ts';
import { type DockerEngine, dockerEngine } from './container-engine.ts';
import { buildContext, dockerClients, dockerUser, testFolder } from './trust-clients.ts';

const folder = testFolder();
const clients = await dockerClients();
let engine: DockerEngine;
let signer: RemoteSigner | undefined;
before(async () => {
  engine = await dockerEngine();
});
after(async () => {
  if (signer && signer.child.exitCode === null && signer.child.signalCode === null) await signer.end('SIGKILL');
  await engine[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

for (const client of clients)
  test(`docker ${client.version}: while the signing service is down images are pulled and nothing is signed; then it goes on`, async () => {
    const home = join(folder.path, client.version);
    makeSignerCertificates(home, ['127.0.0.1']);
    signer = await startSigner(home, ['--listen', '127.0.0.1:0']);
    const { address } = signer;
    await using server = await startServer({
      signerAddress: address,
      signerCertificate: join(home, 'client.crt'),
      signerKey: join(home, 'client.key'),
      signerCa: join(home, 'ca.crt'),
    });
    const health = async (wanted: number) => {
      for (let tries = 0; tries < 100; tries++) {
        const response = await server.fetch('/_notary_server/health', { as: null });
        if (response.status === wanted) return;
        await pause(100);
      }
      assert.fail(`the health did not become ${wanted}`);
    };
    const owner = await dockerUser(folder.path, client, engine, server.host);
    const image = `${server.host}/team/app`;
    const said = async (args: string[], status: number, text: string) => {
      const result = await owner.run(args);
      assert.equal(result.status, status, result.stdout + result.stderr);
      assert.ok((result.stdout + result.stderr).includes(text), result.stdout + result.stderr);
    };
    await owner.run(['build', '-q', '-t', `${image}:1`, buildContext(folder.path, 'one')], { trust: false });
    await owner.run(['tag', `${image}:1`, `${image}:2`], { trust: false });
    await said(['push', `${image}:1`], 0, 'Successfully signed');
    await signer.end('SIGKILL');
    await health(503);
    await said(['pull', `${image}:1`], 0, 'Pull (1 of 1)');
    await said(['push', `${image}:2`], 1, 'failed to sign');
    signer = await startSigner(home, ['--listen', address]);
    await health(200);
    await said(['push', `${image}:2`], 0, 'Successfully signed');
    await signer.end('SIGTERM');
  });
