import { createInterface } from 'node:readline';

/** Lines of standard input as they come, without their ends; a last line without one counts too. */
export async function* inputLines(input: NodeJS.ReadableStream = process.stdin): AsyncGenerator<string> {
  for await (const line of createInterface({ input, crlfDelay: Infinity })) yield line;
}
