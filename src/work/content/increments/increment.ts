/** What changed in a feed since the copy that is held: records, each as a line of JSON, and ids of deleted ones. */
export interface Increment {
  readonly fileName: string;
  readonly lines: readonly string[];
  readonly deleted: readonly string[];
}

export interface IncrementRequest {
  /** Address of the feed, at the publisher or its mirror. */
  readonly url: string;
  /** When the newest record that is held was changed, RFC 3339. */
  readonly newestAt: string;
  readonly now: number;
  /** A file of the publisher; none where it is not there. */
  get(url: string): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** More changes than this, and all of the feed is the shorter way. */
export const MAX_RECORDS = 3000;
/** Requests that are under way at once; publishers count them. */
const AT_ONCE = 8;
const MAX_LINE = 1024 ** 2;

/** The lines of a list as they come. */
export async function* linesOfBody(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) return;
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** Reads every one, some at a time, in their order. */
export async function readAll<T>(
  items: readonly T[],
  read: (item: T) => Promise<string | undefined>,
): Promise<string[]> {
  const found: (string | undefined)[] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < items.length; at = next++) found[at] = await read(items[at]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found.filter((each): each is string => each !== undefined);
}
