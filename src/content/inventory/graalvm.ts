import { gunzipSync } from 'node:zlib';
import { AssayError } from '../../lib/error.ts';
import type { Analyser } from './analyser.ts';
import { elfSection } from './elf-section.ts';
import { elfSymbol } from './elf-symbols.ts';
import { readJsonObject } from './json-text.ts';
import { packagesOfSbom } from './sbom-packages.ts';

const MIN_BYTES = 100 * 1024;
const NOT_PROGRAMS = /\.(?:py|sh|pl|rb|js|mjs|json|txt|md|html|png|svg|gz|zip|jar|a|o|ko|pyc|h|conf)$/;
const MAX_SBOM = 16 * 1024 * 1024;

/**
 * Java programs that GraalVM made native: a CycloneDX document in gzip, from the symbol `sbom` on, as long as
 * `sbom_length` says (GraalVM, "Software Bill of Materials in Native Image").
 */
export const graalvm: Analyser = {
  name: 'graalvm',
  reads: 'the bill of materials in executable ELF files that GraalVM’s native-image wrote',
  limits: 'programs made by the Community Edition or with `--enable-sbom=false` tell nothing of their libraries',
  maxBytes: 256 * 1024 * 1024,
  wants: (path, size, mode) => (mode & 0o111) !== 0 && size >= MIN_BYTES && !NOT_PROGRAMS.test(path),
  begins: (head) => head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46,
  read(file) {
    const packed = packedSbom(file.bytes);
    if (!packed) return undefined;
    const packages = packagesOfSbom(readJsonObject(unpack(packed), 'the bill of materials'))?.packages ?? [];
    return packages.length > 0 ? { evidence: { analyser: 'graalvm', path: file.path, packages } } : undefined;
  },
};

function packedSbom(bytes: Uint8Array): Uint8Array | undefined {
  const symbols = elfSymbol(bytes, ['sbom', 'sbom_length']);
  const [start, length] = [symbols.get('sbom'), symbols.get('sbom_length')];
  if (start && length && length.length >= 8) {
    const size = new DataView(length.buffer, length.byteOffset, 8).getBigUint64(0, true);
    if (size > BigInt(start.length)) throw new AssayError('content-malformed', 'the bill of materials is cut');
    return start.subarray(0, Number(size));
  }
  return elfSection(bytes, '.sbom');
}

function unpack(packed: Uint8Array): Uint8Array {
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_SBOM });
  } catch (cause) {
    throw new AssayError('content-malformed', 'the bill of materials cannot be unpacked', { cause });
  }
}
