import type { IncomingMessage } from 'node:http';
import type { Viewer } from '../../access/viewer.ts';
import type { CallAnswer, CallInput, Endpoint } from '../../contract/endpoint.ts';
import type { Caller } from '../credentials.ts';
import type { House } from '../house.ts';

/** What a handler may set on its answer besides the value. */
export interface AnswerHead {
  readonly headers: Record<string, string>;
  /** Instead of the declared one. */
  status?: number;
}

export interface ApiCall<E extends Endpoint> extends CallInput<E> {
  readonly house: House;
  readonly caller: Caller;
  readonly viewer: Viewer;
  readonly request: IncomingMessage;
  readonly address: string;
  readonly head: AnswerHead;
  /** The raw body, for endpoints whose body is a file. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** An endpoint together with what answers it. */
export interface Handled {
  readonly endpoint: Endpoint;
  readonly answer: (call: ApiCall<Endpoint>) => Promise<unknown>;
}

/** Binds a handler to its declaration; the types of both must agree. */
export function handle<E extends Endpoint>(endpoint: E, answer: (call: ApiCall<E>) => Promise<CallAnswer<E>>): Handled {
  return { endpoint, answer: answer };
}
