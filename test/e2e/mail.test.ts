import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { smtpMailer } from '../../src/adapters/smtp/smtp-mailer.ts';
import { isAssayError } from '../../src/lib/error.ts';

/** Python's own SMTP server, which prints what it receives. */
async function startSmtp() {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const child = spawn(
    'python3',
    ['-u', '-W', 'ignore', '-m', 'smtpd', '-n', '-c', 'DebuggingServer', `127.0.0.1:${port}`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) break;
    await pause(50);
  }
  return { port, received: () => out, stop: () => child.kill() };
}

test('mail arrives at a real SMTP server, and cannot be made into another', { timeout: 30_000 }, async (t) => {
  const smtp = await startSmtp();
  t.after(() => smtp.stop());
  const mailer = smtpMailer(`smtp://127.0.0.1:${smtp.port}`, 'Assay <assay@example.org>');
  await mailer.send({
    to: 'ann@example.org',
    subject: 'Assay: CVE-2026-1 in shop/app\r\nBcc: everybody@example.org',
    text: '- critical: CVE-2026-1 in shop/app:1, fixed in 2.0\n.\nMAIL FROM:<evil@example.org>\n',
    messageId: '<abc@assay>',
  });
  for (let tries = 0; tries < 100 && !smtp.received().includes('END MESSAGE'); tries++) await pause(50);
  const got = smtp.received();
  assert.match(got, /From: Assay <assay@example\.org>/);
  assert.match(got, /To: ann@example\.org/);
  assert.match(got, /Subject: Assay: CVE-2026-1 in shop\/app Bcc: everybody@example\.org/);
  assert.doesNotMatch(got, /^b?'?Bcc:/m);
  assert.match(got, /Message-ID: <abc@assay>/i);
  assert.match(got, /Auto-Submitted: auto-generated/i);
  assert.match(got, /critical: CVE-2026-1 in shop\/app:1/);
  assert.equal(got.match(/END MESSAGE/g)?.length, 1);
});

test('a server that does not answer is an error with its reason', async () => {
  await assert.rejects(
    smtpMailer('smtp://127.0.0.1:1', 'a@example.org').send({
      to: 'b@example.org',
      subject: 's',
      text: 't',
      messageId: '<x@y>',
    }),
    (error) => isAssayError(error, 'mail-failed') && /ECONNREFUSED/.test(error.message),
  );
});
