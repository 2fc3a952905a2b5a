import { expiredText } from '../publish/expired-text.ts';
import { notaryScheme, readNotaryAs } from '../notary/read.ts';
import type { Dialect } from './dialect.ts';

/** Notary v1: the hash that refers to a file is in its name; role names keep their slashes. */
export const notaryDialect: Dialect = {
  read: readNotaryAs,
  schemeOf: notaryScheme,
  fileName: (role, meta) => (meta?.hashes?.['sha256'] ? `${role}.${meta.hashes['sha256']}.json` : `${role}.json`),
  expiredText,
};
