/** Where a foreign pattern for images leads in this registry. */
export interface OwnPattern {
  readonly repository: string;
  readonly tag: string | undefined;
}

const DIGEST = /@sha256:[0-9a-f*?]*$/i;

/**
 * The repositories and tags that a pattern like `registry.example.com/team/*:v1*` means here. `hosts` are the names of this
 * registry; a pattern for another registry gives none. `star` says whether a single star of the tool goes over slashes.
 */
export function ownPattern(glob: string, hosts: readonly string[], star: 'segment' | 'any'): OwnPattern | undefined {
  const bare = glob.replace(DIGEST, '');
  const slash = bare.indexOf('/');
  const colon = bare.lastIndexOf(':');
  const tag = colon > bare.lastIndexOf('/') && colon > slash && slash >= 0 ? bare.slice(colon + 1) : undefined;
  const name = tag === undefined ? bare : bare.slice(0, colon);
  const path = pathOf(name, hosts);
  if (path === undefined) return undefined;
  const repository = star === 'any' ? path.replaceAll(/\*+/g, '**') : path;
  return { repository: repository === '' ? '**' : repository, tag: tag === '' || tag === '*' ? undefined : tag };
}

function pathOf(name: string, hosts: readonly string[]): string | undefined {
  if (/^\*+$/.test(name)) return '**';
  const slash = name.indexOf('/');
  const first = slash < 0 ? name : name.slice(0, slash);
  const rest = slash < 0 ? '**' : name.slice(slash + 1);
  if (hosts.includes(first) || /^\*+$/.test(first)) return rest;
  // Without a dot, a port or a star the first part is no registry but a namespace, as docker reads it: Docker Hub's.
  return undefined;
}

/** Patterns together: tags are kept only where all of them name the same. */
export function scopeOf(patterns: readonly OwnPattern[]): { repositories?: string[]; tags?: string[] } {
  const repositories = [...new Set(patterns.map((each) => each.repository))];
  const tags = patterns.flatMap(({ tag }) => (tag === undefined ? [] : [tag]));
  return {
    ...(repositories.length > 0 && !repositories.includes('**') && { repositories }),
    ...(tags.length === patterns.length && tags.length > 0 && { tags: [...new Set(tags)] }),
  };
}
