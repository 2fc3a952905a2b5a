import { PackageURL } from 'packageurl-js';
import type { Distribution, FoundPackage } from './package.ts';

/**
 * The package URL (purl-spec 1.0) of a found package; distributions give name space and qualifiers. What does not fit the
 * rules of its kind (a jar of unknown group, a name of nothing but slashes) has one of the kind `generic`.
 */
export function purlOf(found: FoundPackage, distribution: Distribution | undefined): string {
  const system = found.type === 'deb' || found.type === 'apk' || found.type === 'rpm' || found.type === 'alpm';
  const namespace = found.namespace ?? (system ? (distribution?.id ?? defaultNamespace(found.type)) : undefined);
  const qualifiers: Record<string, string> = {};
  if (system && found.architecture) qualifiers['arch'] = found.architecture;
  const native = found.namespace === undefined || found.namespace === distribution?.id;
  if (system && native && distribution?.version) qualifiers['distro'] = `${distribution.id}-${distribution.version}`;
  const { namespace: inner, name } = splitName(found);
  return (
    packageUrl(found.type, namespace ?? inner, name, found.version, qualifiers) ??
    packageUrl('generic', undefined, found.name, found.version, {}) ??
    'pkg:generic/unknown'
  );
}

function packageUrl(
  type: string,
  namespace: string | undefined,
  name: string,
  version: string,
  qualifiers: Record<string, string>,
): string | undefined {
  try {
    return new PackageURL(type, namespace, name, version, qualifiers, undefined).toString();
  } catch {
    return undefined;
  }
}

function defaultNamespace(type: string): string | undefined {
  return type === 'deb' ? 'debian' : type === 'apk' ? 'alpine' : type === 'alpm' ? 'arch' : undefined;
}

/** Kinds whose names hold their name space before the last slash. */
const SLASHED = new Set<string>(['npm', 'golang', 'composer', 'swift', 'ebuild']);

function splitName(found: FoundPackage): { namespace: string | undefined; name: string } {
  const cut = SLASHED.has(found.type)
    ? found.name.lastIndexOf('/')
    : found.type === 'maven'
      ? found.name.indexOf(':')
      : -1;
  return cut < 0
    ? { namespace: undefined, name: found.name }
    : { namespace: found.name.slice(0, cut), name: found.name.slice(cut + 1) };
}
