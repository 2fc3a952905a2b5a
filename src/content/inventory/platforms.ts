import type { Analyser } from './analyser.ts';
import { linesOf, MAX_FIELD, textOf } from './text-files.ts';

interface PlatformFile {
  readonly name: string;
  readonly path: RegExp;
  version(text: string): string | undefined;
}

/** Files in which a platform that was unpacked rather than installed says what it is. */
const platformFiles: readonly PlatformFile[] = [
  { name: 'openjdk', path: /(?:^|\/)release$/, version: javaVersion },
  { name: 'erlang', path: /(?:^|\/)releases\/\d+\/OTP_VERSION$/, version: (text) => number(text.trim()) },
  { name: 'go', path: /(?:^|\/)go\/VERSION$/, version: (text) => number(text.replace(/^go/, '').split(/\s/, 1)[0]) },
  {
    name: 'wordpress',
    path: /(?:^|\/)wp-includes\/version\.php$/,
    version: (text) => number(/^\$wp_version = '([^']{1,30})';/m.exec(text)?.[1]),
  },
];

/** Java, Erlang, Go and WordPress where they were unpacked without a package manager. */
export const platforms: Analyser = {
  name: 'platforms',
  reads: 'the version files of Java (`release`), Erlang (`OTP_VERSION`), Go (`go/VERSION`) and WordPress',
  limits: 'judged as `programs` are; of Java only releases whose file names its runtime',
  maxBytes: 64 * 1024,
  wants: (path) => platformFiles.some((each) => each.path.test(path)),
  read(file) {
    const text = textOf(file.bytes);
    for (const { name, path, version } of platformFiles) {
      const found = path.test(file.path) ? version(text) : undefined;
      if (found !== undefined)
        return {
          evidence: { analyser: 'platforms', path: file.path, packages: [{ type: 'generic', name, version: found }] },
        };
    }
    return undefined;
  },
};

/** `JAVA_VERSION="17.0.9"`; up to Java 8 `1.8.0_392`, which is written as `8.0.392` as its advisories do. */
function javaVersion(text: string): string | undefined {
  let java: string | undefined;
  for (const line of linesOf(text.slice(0, 16 * 1024))) {
    if (line.length > MAX_FIELD * 8) continue;
    const value = /^JAVA_VERSION="([\d._]{1,40})"$/.exec(line)?.[1];
    if (value !== undefined) java = value;
  }
  const old = /^1\.(\d+)\.(\d+)_(\d+)$/.exec(java ?? '');
  return old ? `${old[1]}.${old[2]}.${old[3]}` : number(java);
}

function number(text: string | undefined): string | undefined {
  return text !== undefined && /^\d+(?:[.\w-]{0,40})$/.test(text) ? text : undefined;
}
