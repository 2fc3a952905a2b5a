import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChildServer } from './child-server.ts';
import { ADMIN_PASSWORD, basic } from './server.ts';
import { startReceiver } from './webhook-receiver.ts';

/** Kills the server again and again while it sends, and says what became of the events that were acknowledged. */
export async function webhookKillCampaign(
  kills: number,
): Promise<{ events: number; repeats: number; lost: string[]; uncertain: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-hooks-'));
  const target = await startReceiver();
  const environment = { ASSAY_OUTBOUND_RANGES: '127.0.0.1' };
  const names: string[] = [];
  const ask = (url: string, method: string, path: string, body?: unknown) =>
    fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: basic('admin', ADMIN_PASSWORD), 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  try {
    let child = await startChildServer(directory, environment);
    const made = (await (
      await ask(child.url, 'POST', '/webhooks', { name: 'all', url: target.url, events: ['organisation.created'] })
    ).json()) as {
      webhook: { id: string };
    };
    for (let kill = 0; kill < kills; kill++) {
      const wanted = Array.from({ length: 4 }, (_, at) => `org-${kill}-${at}`);
      const answers = wanted.map(async (name) => {
        const answer = await ask(child.url, 'POST', '/organisations', { name }).catch(() => undefined);
        if (answer?.status === 201) names.push(name);
      });
      // Killed at once, or this long after the first, second … answer: a slow machine reaches its moments too.
      await Promise.all(answers.slice(0, kill % (wanted.length + 1)));
      await new Promise((resolve) => setTimeout(resolve, (kill * 97) % 500));
      await child.kill();
      await Promise.all(answers);
      child = await startChildServer(directory, environment);
    }
    const arrived = () => new Set(target.received.map(({ event }) => event.subject));
    for (const deadline = Date.now() + 90_000; Date.now() < deadline && names.some((name) => !arrived().has(name)); )
      await new Promise((resolve) => setTimeout(resolve, 100));
    const log = (await (await ask(child.url, 'GET', `/webhooks/${made.webhook.id}/deliveries?limit=1000`)).json()) as {
      items: { uncertain: number }[];
    };
    await child.stop();
    const ids = target.received.map(({ event }) => event.id);
    return {
      events: new Set(ids).size,
      repeats: ids.length - new Set(ids).size,
      lost: names.filter((name) => !arrived().has(name)),
      uncertain: log.items.reduce((sum, each) => sum + each.uncertain, 0),
    };
  } finally {
    await target[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  }
}
