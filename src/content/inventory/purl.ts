import { PackageURL } from 'packageurl-js';
import type { Distribution, FoundPackage } from './package.ts';

/** The package URL (purl-spec 1.0) of a found package; distributions give name space and qualifiers. */
export function purlOf(found: FoundPackage, distribution: Distribution | undefined): string {
  const system = found.type === 'deb' || found.type === 'apk' || found.type === 'rpm' || found.type === 'alpm';
  const namespace = found.namespace ?? (system ? (distribution?.id ?? defaultNamespace(found.type)) : undefined);
  const qualifiers: Record<string, string> = {};
  if (system && found.architecture) qualifiers['arch'] = found.architecture;
  const native = found.namespace === undefined || found.namespace === distribution?.id;
  if (system && native && distribution?.version) qualifiers['distro'] = `${distribution.id}-${distribution.version}`;
  const { namespace: inner, name } = splitName(found);
  return new PackageURL(found.type, namespace ?? inner, name, found.version, qualifiers, undefined).toString();
}

function defaultNamespace(type: string): string | undefined {
  return type === 'deb' ? 'debian' : type === 'apk' ? 'alpine' : type === 'alpm' ? 'arch' : undefined;
}

function splitName(found: FoundPackage): { namespace: string | undefined; name: string } {
  const cut =
    found.type === 'npm' || found.type === 'golang' || found.type === 'composer' || found.type === 'swift'
      ? found.name.lastIndexOf('/')
      : found.type === 'maven'
        ? found.name.indexOf(':')
        : -1;
  return cut < 0
    ? { namespace: undefined, name: found.name }
    : { namespace: found.name.slice(0, cut), name: found.name.slice(cut + 1) };
}
