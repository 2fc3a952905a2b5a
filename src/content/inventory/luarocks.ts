import type { Analyser } from './analyser.ts';
import { licenceField, textOf } from './text-files.ts';

const ROCKSPEC = /\/rocks(?:-[\d.]+)?\/([^/]+)\/([^/]+)\/\1-\2\.rockspec$/;

/** Lua: rocks that LuaRocks installed, each with its specification in the tree of rocks. */
export const luarocks: Analyser = {
  name: 'luarocks',
  reads: '`rocks-*/NAME/VERSION/*.rockspec`',
  limits: 'no advisories are known by rock',
  maxBytes: 1024 * 1024,
  wants: (path) => path.endsWith('.rockspec') && ROCKSPEC.test(path),
  read(file) {
    const [, name, version] = ROCKSPEC.exec(file.path) ?? [];
    if (!name || !version) return undefined;
    const licence = /\blicense\s*=\s*["']([^"'\n]{1,200})["']/.exec(textOf(file.bytes))?.[1];
    const found = { type: 'luarocks' as const, name, version, ...licenceField(licence) };
    return { evidence: { analyser: 'luarocks', path: file.path, packages: [found] } };
  },
};
