import type { RegistryReference } from './reference.ts';

const HUB = 'docker.io';
const HUB_HOSTS: ReadonlySet<string | undefined> = new Set([undefined, HUB, 'index.docker.io', 'registry-1.docker.io']);

/**
 * The reference as engines and kubelets understand it: a name without a host means docker.io, one without a slash there
 * means library/, and hosts have no case (distribution reference grammar, `ParseNormalizedNamed`).
 */
export function asEnginesRead(reference: RegistryReference): RegistryReference & { readonly host: string } {
  const host = reference.host?.toLowerCase();
  if (!HUB_HOSTS.has(host)) return { ...reference, host: host! };
  const { repository } = reference;
  return { ...reference, host: HUB, repository: repository.includes('/') ? repository : `library/${repository}` };
}
