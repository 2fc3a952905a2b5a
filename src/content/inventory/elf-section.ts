/**
 * Bytes of a named section of an ELF file (System V ABI, "Sections"), or none: neither the place nor the length of a
 * header is believed.
 */
export function elfSection(bytes: Uint8Array, wanted: string): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64 || view.getUint32(0) !== 0x7f454c46) return undefined;
  const wide = bytes[4] === 2;
  const little = bytes[5] === 1;
  const word = (at: number): number => (wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const start = word(wide ? 0x28 : 0x20);
  const size = view.getUint16(wide ? 0x3a : 0x2e, little);
  const count = view.getUint16(wide ? 0x3c : 0x30, little);
  const names = view.getUint16(wide ? 0x3e : 0x32, little);
  if (size < (wide ? 64 : 40) || names >= count || start + size * count > bytes.length) return undefined;
  const section = (index: number): { offset: number; length: number; name: number } => {
    const at = start + index * size;
    return {
      name: view.getUint32(at, little),
      offset: word(at + (wide ? 0x18 : 0x10)),
      length: word(at + (wide ? 0x20 : 0x14)),
    };
  };
  const text = section(names);
  if (text.offset + text.length > bytes.length) return undefined;
  for (let index = 0; index < count; index++) {
    const { name, offset, length } = section(index);
    const from = text.offset + name;
    if (from + wanted.length >= bytes.length || offset + length > bytes.length) continue;
    if (bytes[from + wanted.length] === 0 && isText(bytes, from, wanted))
      return bytes.subarray(offset, offset + length);
  }
  return undefined;
}

function isText(bytes: Uint8Array, from: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text.charCodeAt(at)) return false;
  return true;
}
