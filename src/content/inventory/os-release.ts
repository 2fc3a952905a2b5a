import type { Analyser } from './analyser.ts';
import type { Distribution } from './package.ts';

const FILES = new Set(['etc/os-release', 'usr/lib/os-release']);

/** os-release(5), in both of its places. */
export const osRelease: Analyser = {
  name: 'os-release',
  reads: '`/etc/os-release`, `/usr/lib/os-release`',
  maxBytes: 256 * 1024,
  wants: (path) => FILES.has(path),
  read(file) {
    const distribution = readOsRelease(new TextDecoder().decode(file.bytes));
    return distribution && { distribution: { path: file.path, distribution } };
  },
};

function readOsRelease(text: string): Distribution | undefined {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_0-9]+)=(.*)$/.exec(line.trim());
    if (match) values.set(match[1]!, unquote(match[2]!));
  }
  const id = values.get('ID');
  if (!id) return undefined;
  const codename = values.get('VERSION_CODENAME');
  return {
    id: id.toLowerCase(),
    version: values.get('VERSION_ID') ?? '',
    name: values.get('PRETTY_NAME') ?? values.get('NAME') ?? id,
    ...(codename && { codename }),
  };
}

function unquote(value: string): string {
  const quoted = /^"(.*)"$|^'(.*)'$/.exec(value);
  return (quoted?.[1] ?? quoted?.[2] ?? value).replace(/\\(["$`\\])/g, '$1');
}
