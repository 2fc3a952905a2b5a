import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ownCertificate } from '../../src/adapters/tls/own-authority.ts';

export interface Pebble extends AsyncDisposable {
  readonly directory: string;
  /** The authority of its own HTTPS. */
  readonly ca: string;
  /** Root of the certificates that it gives. */
  root(): Promise<string>;
  end(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

/** Let's Encrypt's test server on loopback, which finds every name there (its challtestsrv answers DNS). */
export async function startPebble(options: {
  tlsPort: number;
  badNonces?: number;
  validity?: number;
}): Promise<Pebble> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-pebble-'));
  const own = ownCertificate(folder, [], Date.now());
  const [port, management, dns, spare] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const config = {
    pebble: {
      listenAddress: `127.0.0.1:${port}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: join(folder, 'tls', 'server.crt'),
      privateKey: join(folder, 'tls', 'server.key'),
      httpPort: spare,
      tlsPort: options.tlsPort,
      externalAccountBindingRequired: false,
      certificateValidityPeriod: options.validity ?? 7 * 86_400,
    },
  };
  writeFileSync(join(folder, 'pebble.json'), JSON.stringify(config));
  const names = spawn(
    'pebble-challtestsrv',
    [
      '-dns01',
      `127.0.0.1:${dns}`,
      '-defaultIPv4',
      '127.0.0.1',
      '-defaultIPv6',
      '',
      '-http01',
      '',
      '-https01',
      '',
      '-tlsalpn01',
      '',
      '-management',
      `127.0.0.1:${await freePort()}`,
    ],
    { stdio: 'ignore' },
  );
  const pebble = spawn('pebble', ['-config', join(folder, 'pebble.json'), '-dnsserver', `127.0.0.1:${dns}`], {
    stdio: 'ignore',
    env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: String(options.badNonces ?? 20) },
  });
  const end = async (child: ChildProcess) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  };
  const directory = `https://127.0.0.1:${port}/dir`;
  const ca = join(folder, 'tls', 'ca.crt');
  for (let tries = 0; ; tries++) {
    if (pebble.exitCode !== null || names.exitCode !== null || tries > 300) {
      await Promise.all([end(pebble), end(names)]);
      rmSync(folder, { recursive: true, force: true });
      throw new Error('pebble did not start');
    }
    if (await get(directory, own.authority).catch(() => undefined)) break;
    await pause(100);
  }
  return {
    directory,
    ca,
    root: async () => (await get(`https://127.0.0.1:${management}/roots/0`, own.authority)) ?? '',
    end: () => end(pebble),
    async [Symbol.asyncDispose]() {
      await end(pebble);
      await end(names);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function get(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(url, { ca, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve(text));
    });
    call.on('error', reject);
    call.end();
  });
}
