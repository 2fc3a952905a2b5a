import { createHmac } from 'node:crypto';
import { toRfc3339 } from '../../lib/clock.ts';
import type { EventRecord } from '../../ports/events-records.ts';

/** CloudEvents 1.0, JSON event format in structured mode, with the sequence extension (a number, without gaps). */
export function cloudEvent(
  event: EventRecord,
  repository: string | undefined,
  source: string,
  sequence: number,
): string {
  return JSON.stringify({
    specversion: '1.0',
    id: event.id,
    source,
    type: event.type,
    subject: event.subject,
    time: toRfc3339(event.at),
    datacontenttype: 'application/json',
    sequence,
    data: { actor: event.actor, ...(repository !== undefined && { repository }), ...event.data },
  });
}

/** Of a message, as its receiver checks it: HMAC-SHA256 over time in seconds, a dot and the body. */
export function signatureOf(secret: Uint8Array, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
