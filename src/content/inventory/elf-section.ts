const MAX_SECTIONS = 10_000;
/** Longest name of a section that is read. */
const MAX_NAME = 64;
const NO_BITS = 8;

export interface ElfSection {
  readonly name: string;
  /** Where it is in memory. */
  readonly address: number;
  readonly offset: number;
  readonly length: number;
  /** False of sections that have a length and no bytes. */
  readonly inFile: boolean;
}

/**
 * Sections of an ELF file that lie within it (System V ABI, "Sections"), none where it is no ELF file: neither the place
 * nor the length of a header is believed.
 */
export function elfSections(bytes: Uint8Array): readonly ElfSection[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64 || view.getUint32(0) !== 0x7f454c46) return [];
  const wide = bytes[4] === 2;
  const little = bytes[5] === 1;
  const word = (at: number): number => (wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const start = word(wide ? 0x28 : 0x20);
  const size = view.getUint16(wide ? 0x3a : 0x2e, little);
  const count = view.getUint16(wide ? 0x3c : 0x30, little);
  const names = view.getUint16(wide ? 0x3e : 0x32, little);
  if (size < (wide ? 64 : 40) || names >= count || count > MAX_SECTIONS || start + size * count > bytes.length)
    return [];
  const header = (index: number) => {
    const at = start + index * size;
    return {
      name: view.getUint32(at, little),
      inFile: view.getUint32(at + 4, little) !== NO_BITS,
      address: word(at + (wide ? 0x10 : 0x0c)),
      offset: word(at + (wide ? 0x18 : 0x10)),
      length: word(at + (wide ? 0x20 : 0x14)),
    };
  };
  const text = header(names);
  if (text.offset + text.length > bytes.length) return [];
  const sections: ElfSection[] = [];
  for (let index = 0; index < count; index++) {
    const section = header(index);
    if (section.inFile && section.offset + section.length > bytes.length) continue;
    sections.push({ ...section, name: nameAt(bytes, text.offset + section.name) });
  }
  return sections;
}

/** Bytes of a named section of an ELF file, or none. */
export function elfSection(bytes: Uint8Array, wanted: string): Uint8Array | undefined {
  const found = elfSections(bytes).find((each) => each.inFile && each.name === wanted);
  return found && bytes.subarray(found.offset, found.offset + found.length);
}

function nameAt(bytes: Uint8Array, from: number): string {
  let name = '';
  for (let at = from; at < bytes.length && bytes[at] !== 0 && name.length <= MAX_NAME; at++)
    name += String.fromCharCode(bytes[at]!);
  return name;
}
