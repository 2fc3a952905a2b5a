import type { Duplex } from 'node:stream';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { SignerService } from '../../ports/signer-service.ts';
import { messages, requestSchema, send } from './wire.ts';
import type { z } from 'zod';

/** Answers one client of the signing service until it goes away. Requests are worked on as they come. */
export async function serveSigner(stream: Duplex, service: SignerService): Promise<void> {
  for await (const message of messages(stream)) {
    const parsed = requestSchema.safeParse(message);
    if (!parsed.success) throw new AssayError('signer-refused', 'the request is not one of the signing service');
    answer(service, parsed.data).then(
      (result) => send(stream, { id: parsed.data.id, result }),
      (error: unknown) => send(stream, { id: parsed.data.id, error: told(error) }),
    );
  }
}

async function answer(service: SignerService, request: z.output<typeof requestSchema>): Promise<unknown> {
  if (request.verb === 'create') return service.create(request.gun, request.role);
  if (request.verb === 'list') return service.list(request.gun);
  if (request.verb === 'sign') return { signature: await service.sign(request) };
  if (request.verb === 'health') return service.health();
  await service.retire(request.fingerprint);
  return {};
}

function told(error: unknown): { code: string; message: string; detail?: unknown } {
  if (!isAssayError(error)) return { code: 'internal', message: 'an unexpected error in the signing service' };
  return { code: error.code, message: error.message, ...(error.detail !== undefined && { detail: error.detail }) };
}
