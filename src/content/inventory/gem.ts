import type { Analyser } from './analyser.ts';
import { DeclaredPackages } from './declared.ts';
import { field, linesOf, textOf } from './text-files.ts';

const SPECIFICATION = /(?:^|\/)specifications\/(?:default\/)?[^/]+\.gemspec$/;
const LOCK = /(?:^|\/)Gemfile\.lock$/;
const ASSIGNMENT = /^\s{0,8}\w{1,20}\.(name|version|licenses?)\s{0,8}=\s{0,8}(.{1,400})$/;

/** Ruby gems as RubyGems installed them: one specification a gem, those of Ruby itself too. */
export const gem: Analyser = {
  name: 'gem',
  reads: '`specifications/**/*.gemspec`, those of Ruby itself (`default/`) too',
  maxBytes: 4 * 1024 * 1024,
  wants: (path) => path.endsWith('.gemspec') && SPECIFICATION.test(path),
  read(file) {
    const values = new Map<string, string[]>();
    for (const line of linesOf(textOf(file.bytes))) {
      const [, key, value] = ASSIGNMENT.exec(line) ?? [];
      if (key && value && !values.has(key)) values.set(key, stringsIn(value));
    }
    const name = field(values.get('name')?.[0]);
    const version = field(values.get('version')?.[0]);
    if (!name || !version) return undefined;
    const licences = values.get('licenses') ?? values.get('license') ?? [];
    const found = { type: 'gem' as const, name, version, ...(licences.length > 0 && { licences }) };
    return { evidence: { analyser: 'gem', path: file.path, packages: [found] } };
  },
};

/** The quoted strings of a line of Ruby: `["MIT".freeze, 'Ruby']`. */
function stringsIn(text: string): string[] {
  return [...text.matchAll(/(["'])([^"']{1,200})\1/g)].slice(0, 20).map((match) => match[2]!);
}

/** Bundler's lock file: gems stand four columns in below `specs:`, with their version in parentheses. */
export const gemLock: Analyser = {
  name: 'gem-lock',
  reads: '`Gemfile.lock`',
  limits: 'declared, not installed',
  maxBytes: 16 * 1024 * 1024,
  wants: (path) => LOCK.test(path),
  read(file) {
    const found = new DeclaredPackages('gem');
    let remote = false;
    for (const line of linesOf(textOf(file.bytes))) {
      if (/^[A-Z]/.test(line)) remote = line === 'GEM';
      const match = remote ? /^ {4}([A-Za-z0-9._-]{1,200}) \(([^()\s]{1,100})\)$/.exec(line) : null;
      if (match)
        found.add(
          match[1],
          match[2]!.replace(/-(?:x86|x64|arm|aarch|java|ruby|universal|mswin|mingw|musl|linux|darwin).*$/, ''),
        );
    }
    return found.finding('gem-lock', file.path);
  },
};
