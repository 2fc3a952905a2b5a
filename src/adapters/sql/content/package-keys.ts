import type { AdvisoryKey } from '../../../content/findings/ecosystems.ts';
import { ANY_PRODUCT } from '../../../content/findings/red-hat-products.ts';
import type { Schema } from '../schema.ts';

type KeyColumns = Pick<Schema['packages'], 'ecosystem' | 'key_name' | 'key_version' | 'key_more'>;

/** The columns in which an advisory key is kept, for a select. */
export const KEY_COLUMNS = [
  'packages.id',
  'packages.ecosystem',
  'packages.key_name',
  'packages.key_version',
  'packages.key_more',
] as const;

export function toKey(row: KeyColumns): AdvisoryKey | undefined {
  if (row.ecosystem === null || row.key_name === null || row.key_version === null) return undefined;
  const more =
    row.key_more === null ? {} : (JSON.parse(row.key_more) as Omit<AdvisoryKey, 'ecosystem' | 'name' | 'version'>);
  return { ecosystem: row.ecosystem, name: row.key_name, version: row.key_version, ...more };
}

export function keyColumns(key: AdvisoryKey | undefined): KeyColumns {
  const more = key && {
    ...(key.sourceName !== undefined && { sourceName: key.sourceName }),
    ...(key.binaryName !== undefined && { binaryName: key.binaryName }),
    ...(key.architecture !== undefined && { architecture: key.architecture }),
    ...(key.module !== undefined && { module: key.module }),
    ...(key.also && { also: key.also }),
    ...(key.repositories && { repositories: key.repositories }),
  };
  return {
    ecosystem: key?.ecosystem ?? null,
    key_name: key?.name ?? null,
    key_version: key?.version ?? null,
    key_more: more && Object.keys(more).length > 0 ? JSON.stringify(more) : null,
  };
}

/** The names of a key besides its first, by which a changed advisory finds the package. */
export function furtherNames(id: string, key: AdvisoryKey | undefined): Schema['package_names'][] {
  if (!key) return [];
  const names = [...new Set([key.name, key.sourceName, key.binaryName])].filter((each) => each !== undefined);
  // Which products its repositories belong to may change: a change of any of them finds it by its name.
  const products = key.repositories ? [ANY_PRODUCT] : [];
  return [key.ecosystem, ...(key.also ?? []), ...products]
    .flatMap((ecosystem) => names.map((name) => ({ package_id: id, ecosystem, key_name: name })))
    .filter((each) => each.ecosystem !== key.ecosystem || each.key_name !== key.name);
}
