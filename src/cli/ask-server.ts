import type { z } from 'zod';
import type { Endpoint } from '../contract/endpoint.ts';
import { AssayError } from '../lib/error.ts';
import type { Invocation, Option } from './command.ts';
import { accessOptions, clientOptions, textOption } from './image-report.ts';
import { DEFAULT_SERVER, ServerClient } from './server-client.ts';

/** Options of every command that speaks to a server. */
export const serverOptions: readonly Option[] = [
  { flags: '--server <url>', summary: `Assay server (default: $ASSAY_SERVER, else ${DEFAULT_SERVER})` },
  ...accessOptions,
];

export const formatOption: Option = { flags: '--format <name>', summary: 'table or json', choices: ['table', 'json'] };

/** The server that is named, by option or environment. */
export function connect({ options, environment }: Pick<Invocation, 'options' | 'environment'>): ServerClient {
  const server = textOption(options, 'server') ?? environment['ASSAY_SERVER'] ?? DEFAULT_SERVER;
  return new ServerClient(server, environment, clientOptions(options));
}

interface Input {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

type Answer<E extends Endpoint> = E extends { answer: infer S extends z.ZodType } ? z.output<S> : undefined;

/** Calls an endpoint of the contract; the answer is checked against it. */
export async function callEndpoint<E extends Endpoint>(
  client: ServerClient,
  endpoint: E,
  input: Input = {},
): Promise<Answer<E>> {
  const path = endpoint.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(input.params?.[name] ?? ''),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {}))
    if (value !== undefined) query.set(name, String(value));
  const value = await client.call(endpoint.method, query.size > 0 ? `${path}?${query.toString()}` : path, input.body);
  if (!endpoint.answer) return undefined as Answer<E>;
  const result = endpoint.answer.safeParse(value);
  if (result.success) return result.data as Answer<E>;
  throw new AssayError(
    'remote-refused',
    `${client.base} gave an answer that is not understood at /${result.error.issues[0]?.path.join('/') ?? ''}; is it of another version?`,
  );
}

/** Every item of a list, page after page. */
export async function* everyItem<T>(
  page: (cursor: string | undefined) => Promise<{ items: readonly T[]; next?: string | undefined }>,
): AsyncGenerator<T> {
  for (let cursor: string | undefined; ; ) {
    const { items, next } = await page(cursor);
    yield* items;
    if (next === undefined) return;
    cursor = next;
  }
}

/** Collects a list that a person will look at. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of items) all.push(each);
  return all;
}

/** An argument that must be there; the parser of the command line has checked its count. */
export function argument({ args }: Pick<Invocation, 'args'>, at: number): string {
  return args[at] ?? '';
}
