/**
 * Lines of standard input as they come, without their ends (LF or CRLF); a last line without one counts too. Nothing
 * else ends a line: not a lone CR, nor U+2028, which a version may hold.
 */
export async function* inputLines(input: NodeJS.ReadableStream = process.stdin): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of input) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    rest += text;
    if (!text.includes('\n')) continue;
    const lines = rest.split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
