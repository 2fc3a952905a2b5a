import type { Duplex } from 'node:stream';
import type { z } from 'zod';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { SignerService } from '../../ports/signer-service.ts';
import { messages, requestSchema, send } from './wire.ts';

/** Requests of one client that are worked on at once; more of them wait in its socket. */
const MAX_AT_ONCE = 256;

/**
 * Answers one client of the signing service until it goes away. Requests are worked on as they come. Throws
 * `signer-refused` for what is not a request, after which the connection is of no use.
 */
export async function serveSigner(stream: Duplex, service: SignerService): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const message of messages(stream)) {
    const parsed = requestSchema.safeParse(message);
    if (!parsed.success) throw new AssayError('signer-refused', 'the request is not one of the signing service');
    const { id } = parsed.data;
    const answered = answer(service, parsed.data).then(
      (result) => reply(stream, { id, result }),
      (error: unknown) => reply(stream, { id, error: told(error) }),
    );
    running.add(answered);
    void answered.finally(() => running.delete(answered));
    if (running.size >= MAX_AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
}

function reply(stream: Duplex, message: unknown): void {
  if (stream.writable) send(stream, message);
}

async function answer(service: SignerService, request: z.output<typeof requestSchema>): Promise<unknown> {
  if (request.verb === 'create') return service.create(request.gun, request.role);
  if (request.verb === 'adopt') return service.adopt(request);
  if (request.verb === 'list') return service.list(request.gun);
  if (request.verb === 'sign') return { signature: await service.sign(request) };
  if (request.verb === 'sign-chain') return service.signChain(request.orders);
  if (request.verb === 'health') return service.health();
  await service.retire(request.fingerprint);
  return {};
}

function told(error: unknown): { code: string; message: string; detail?: unknown } {
  if (!isAssayError(error)) return { code: 'internal', message: 'an unexpected error in the signing service' };
  return { code: error.code, message: error.message, ...(error.detail !== undefined && { detail: error.detail }) };
}
