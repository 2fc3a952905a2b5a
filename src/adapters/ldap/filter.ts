/** A value inside a search filter (RFC 4515 section 3): everything that could end or change the filter is spelled out. */
export function escapeFilterValue(value: string): string {
  let text = '';
  for (const byte of Buffer.from(value, 'utf8'))
    text +=
      byte < 0x20 || byte > 0x7e || byte === 0x28 || byte === 0x29 || byte === 0x2a || byte === 0x5c
        ? `\\${byte.toString(16).padStart(2, '0')}`
        : String.fromCharCode(byte);
  return text;
}

/** A filter of the settings with a value from outside in its place. */
export function fillFilter(filter: string, placeholder: string, value: string): string {
  return filter.replaceAll(placeholder, () => escapeFilterValue(value));
}
