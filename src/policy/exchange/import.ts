import { AssayError } from '../../lib/error.ts';
import { foreignDocuments } from './foreign-document.ts';
import type { Imported } from './imported.ts';
import { importHarbor, isHarbor } from './import-harbor.ts';
import { importKubernetes, isKubernetes } from './import-kubernetes.ts';
import { importPodman } from './import-podman.ts';

/** Tools whose settings are taken over. */
export const importSources = ['podman', 'kyverno', 'policy-controller', 'harbor'] as const;
export type ImportSource = (typeof importSources)[number];

/** Which tool a file is of, when nobody says. */
export function recogniseImport(values: readonly unknown[]): ImportSource | undefined {
  const [first] = values;
  if (values.some(isKubernetes))
    return values.some(
      (each) => typeof each === 'object' && each !== null && 'kind' in each && each.kind === 'ClusterImagePolicy',
    )
      ? 'policy-controller'
      : 'kyverno';
  if (isHarbor(first)) return 'harbor';
  return typeof first === 'object' && first !== null && 'default' in first ? 'podman' : undefined;
}

/** Takes over the settings of another tool. `hosts` are the names of this registry in them. Throws `policy-invalid`. */
export function importPolicies(
  text: string,
  hosts: readonly string[],
  source?: ImportSource,
): Imported & { readonly source: ImportSource } {
  const values = foreignDocuments(text);
  const from = source ?? recogniseImport(values);
  if (values.length === 0 || !from)
    throw new AssayError(
      'policy-invalid',
      `the file is of none of these: ${importSources.join(', ')}; name one with --from`,
    );
  if (from === 'podman') return { source: from, ...importPodman(values[0], hosts) };
  if (from === 'harbor') return { source: from, ...importHarbor(values.length === 1 ? values[0] : values) };
  return { source: from, ...importKubernetes(values, hosts) };
}
