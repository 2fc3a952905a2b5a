import type { Analyser } from './analyser.ts';
import { readBuildInfo } from './go-build-info.ts';
import type { FoundPackage } from './package.ts';
import { field } from './text-files.ts';

const NOT_PROGRAMS = /\.(?:so(?:\.[0-9.]+)?|py|sh|pl|rb|js|mjs|json|txt|md|html|png|svg|gz|zip|jar|a|o|ko|pyc|h|conf)$/;
const MIN_BYTES = 400 * 1024;

/** Go programs: the linker leaves the list of modules in the binary (debug/buildinfo of Go's standard library). */
export const goBinary: Analyser = {
  name: 'go-binary',
  maxBytes: 256 * 1024 * 1024,
  wants: (path, size, mode) => (mode & 0o111) !== 0 && size >= MIN_BYTES && !NOT_PROGRAMS.test(path),
  begins: (head) => head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46,
  read(file) {
    const info = readBuildInfo(file.bytes);
    if (!info) return undefined;
    const packages: FoundPackage[] = [];
    const toolchain = /^go(\d+(?:\.\d+)*(?:(?:rc|beta)\d+)?)/.exec(info.goVersion)?.[1];
    if (toolchain) packages.push({ type: 'golang', name: 'stdlib', version: toolchain });
    for (const { path, version } of info.modules) {
      const name = field(path);
      if (name) packages.push({ type: 'golang', name, version: field(version) ?? '(devel)' });
    }
    return packages.length > 0 ? { evidence: { analyser: 'go-binary', path: file.path, packages } } : undefined;
  },
};
