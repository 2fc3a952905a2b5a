import { elfSections } from './elf-section.ts';

const MAX_SYMBOLS = 200_000;
const SYMBOL = 24;

/**
 * Bytes from the place of a dynamic symbol to the end of its section (System V ABI, "Symbol Table"), of 64-bit
 * little-endian ELF files; none where the file has no such symbol.
 */
export function elfSymbol(bytes: Uint8Array, names: readonly string[]): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  if (bytes[4] !== 2 || bytes[5] !== 1) return found;
  const sections = elfSections(bytes);
  const symbols = sections.find((each) => each.name === '.dynsym');
  const strings = sections.find((each) => each.name === '.dynstr');
  if (!symbols || !strings) return found;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = bytes.subarray(strings.offset, strings.offset + strings.length);
  const count = Math.min(MAX_SYMBOLS, Math.floor(symbols.length / SYMBOL));
  for (let index = 0; index < count; index++) {
    const at = symbols.offset + index * SYMBOL;
    const name = names.find((each) => isAt(text, view.getUint32(at, true), each));
    if (name === undefined) continue;
    const address = Number(view.getBigUint64(at + 8, true));
    const home = sections.find((each) => address >= each.address && address < each.address + each.length);
    if (home?.inFile) found.set(name, bytes.subarray(home.offset + address - home.address, home.offset + home.length));
  }
  return found;
}

function isAt(text: Uint8Array, from: number, name: string): boolean {
  if (from + name.length >= text.length || text[from + name.length] !== 0) return false;
  for (let at = 0; at < name.length; at++) if (text[from + at] !== name.charCodeAt(at)) return false;
  return true;
}
