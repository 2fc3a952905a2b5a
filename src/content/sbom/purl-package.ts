import type { FoundPackage, PackageType } from '../inventory/package.ts';

/** The parts of a package URL (ECMA-427), decoded. */
export interface PurlParts {
  readonly type: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly version: string;
  readonly qualifiers: ReadonlyMap<string, string>;
}

export function parsePurl(purl: string): PurlParts | undefined {
  if (purl.length > 4096) return undefined;
  const match = /^pkg:\/*([A-Za-z][\w.+-]*)\/([^@?#]+)(?:@([^?#]*))?(?:\?([^#]*))?/.exec(purl);
  if (!match) return undefined;
  const path = match[2]!.split('/').filter(Boolean).map(decode);
  const name = path.pop();
  if (name === undefined) return undefined;
  return {
    type: match[1]!.toLowerCase(),
    namespace: path.length > 0 ? path.join('/') : undefined,
    name,
    version: decode(match[3] ?? ''),
    qualifiers: new Map(
      (match[4] ?? '').split('&').flatMap((each): [string, string][] => {
        const equals = each.indexOf('=');
        return equals > 0 ? [[each.slice(0, equals).toLowerCase(), decode(each.slice(equals + 1))]] : [];
      }),
    ),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface Known {
  readonly sourceName?: string | undefined;
  readonly sourceVersion?: string | undefined;
  readonly ownedBy?: string | undefined;
}

/** The package that a purl names, as an inventory would have found it; none for images, files and repositories. */
export function foundOf(purl: PurlParts, known: Known): FoundPackage | undefined {
  if (['oci', 'docker', 'github', 'bitbucket', 'generic', 'swid', 'rpmmod'].includes(purl.type)) return undefined;
  // Syft: `upstream=openssl@3.0.9-1`, the version only where it differs.
  const [upstream, upstreamVersion] = (purl.qualifiers.get('upstream') ?? '').split('@');
  const sourceName = known.sourceName ?? (upstream === '' ? undefined : upstream);
  const sourceVersion = known.sourceVersion ?? upstreamVersion;
  const epoch = purl.qualifiers.get('epoch');
  const module = purl.qualifiers.get('rpmmod');
  return {
    // A kind that the inventory does not find itself is judged by its purl type all the same.
    type: purl.type as PackageType,
    name: nameOf(purl),
    version: purl.type === 'rpm' && epoch && epoch !== '0' ? `${epoch}:${purl.version}` : purl.version,
    ...(sourceName !== undefined && { sourceName: sourceOf(purl.type, sourceName) }),
    ...(sourceVersion !== undefined && { sourceVersion }),
    ...(known.ownedBy !== undefined && { ownedBy: known.ownedBy }),
    ...(module !== undefined && { module: module.split(':').slice(0, 2).join(':') }),
  };
}

function nameOf({ type, namespace, name }: PurlParts): string {
  if (namespace === undefined) return name;
  switch (type) {
    case 'maven':
      return `${namespace}:${name}`;
    case 'npm':
    case 'golang':
    case 'composer':
    case 'swift':
    case 'hex':
      return `${namespace}/${name}`;
    default:
      return name;
  }
}

/** Sources of rpm systems are named by their file: `openssl-3.0.7-24.el9.src.rpm`. */
function sourceOf(type: string, source: string): string {
  const file = type === 'rpm' ? /^(.+)-[^-]+-[^-]+\.(?:no)?src\.rpm$/.exec(source) : null;
  return file ? file[1]! : source;
}
