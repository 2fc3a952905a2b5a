const decoder = new TextDecoder('utf-8');

/** The text of a file, undecodable bytes replaced. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Lines without their ends, one at a time, so that a file of nothing but line ends costs nothing. */
export function* linesOf(text: string): Generator<string> {
  for (let from = 0; from <= text.length; ) {
    let end = text.indexOf('\n', from);
    if (end < 0) end = text.length;
    yield text.charCodeAt(end - 1) === 0x0d && end > from ? text.slice(from, end - 1) : text.slice(from, end);
    from = end + 1;
  }
}

/** Longest value of a field that is kept; longer ones are cut, they come from hostile or broken files. */
export const MAX_FIELD = 1000;

export function field(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return trimmed === '' ? undefined : trimmed.slice(0, MAX_FIELD);
}

/** Words, sentences and lists of licences as they were declared, at most a few hundred characters each. */
export function licenceField(value: unknown): { licences: string[] } | undefined {
  const text = field(value);
  return text && text.toUpperCase() !== 'UNKNOWN' ? { licences: [text.slice(0, 300)] } : undefined;
}
