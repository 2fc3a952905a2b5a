import { AssayError } from '../../lib/error.ts';
import type { Analyser } from './analyser.ts';
import { readBuildInfo } from './go-build-info.ts';
import { mainVersion } from './go-version.ts';
import type { FoundPackage } from './package.ts';
import { field } from './text-files.ts';

const NOT_PROGRAMS = /\.(?:so(?:\.[0-9.]+)?|py|sh|pl|rb|js|mjs|json|txt|md|html|png|svg|gz|zip|jar|a|o|ko|pyc|h|conf)$/;
const MIN_BYTES = 400 * 1024;
/** UPX writes its mark behind the program headers (UPX source, `l_info`). */
const PACKER = Buffer.from('UPX!');
const PACKER_WITHIN = 1024;

/** Go programs: the linker leaves the list of modules in the binary (debug/buildinfo of Go's standard library). */
export const goBinary: Analyser = {
  name: 'go-binary',
  reads:
    'build information of executable ELF, PE and Mach-O files from 400 kB on: Go 1.13 and newer, stripped ones too',
  limits:
    'packed programs (UPX) are reported as unread; before Go 1.18 ELF only; a main module without a version takes the one its linker flags set, else it is not judged',
  maxBytes: 256 * 1024 * 1024,
  wants: (path, size, mode) => (mode & 0o111) !== 0 && size >= MIN_BYTES && !NOT_PROGRAMS.test(path),
  begins: isProgram,
  read(file) {
    const info = readBuildInfo(file.bytes);
    if (!info) {
      if (isPacked(file.bytes)) throw new AssayError('unsupported', 'the program is packed with UPX');
      return undefined;
    }
    const packages: FoundPackage[] = [];
    const add = (path: string, version: string | undefined) => {
      const name = field(path);
      if (name) packages.push({ type: 'golang', name, version: version ?? '(devel)' });
    };
    const toolchain = /^go(\d+(?:\.\d+)*(?:(?:rc|beta)\d+)?)/.exec(info.goVersion)?.[1];
    if (toolchain) add('stdlib', toolchain);
    if (info.main) add(info.main.path, field(mainVersion(info)));
    for (const { path, version } of info.modules) add(path, field(version));
    return packages.length > 0 ? { evidence: { analyser: 'go-binary', path: file.path, packages } } : undefined;
  },
};

/** ELF, PE (`MZ`) and Mach-O in either order of bytes. */
export function isProgram(head: Uint8Array): boolean {
  if (head.length < 4) return false;
  const magic = ((head[0]! << 24) | (head[1]! << 16) | (head[2]! << 8) | head[3]!) >>> 0;
  return magic === 0x7f454c46 || magic >>> 16 === 0x4d5a || magic === 0xfeedfacf || magic === 0xcffaedfe;
}

function isPacked(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, PACKER_WITHIN));
  return start.indexOf(PACKER) >= 0;
}
