import { readTuf1, tuf1Scheme } from '../tuf1/read.ts';
import { tuf1Time } from '../tuf1/write.ts';
import type { Dialect } from './dialect.ts';
import { quotedName } from './file-names.ts';

/** TUF specification 1.0.34. Names carry the version when the root says so (section 6.2), except the timestamp's. */
export const tuf1Dialect: Dialect = {
  read: (type, _role, raw) => readTuf1(type, raw),
  schemeOf: tuf1Scheme,
  fileName: (role, meta, root) =>
    root.consistentSnapshot && meta?.version !== undefined
      ? `${meta.version}.${quotedName(role)}.json`
      : `${quotedName(role)}.json`,
  expiredText: (role, at) => `${role} expired at ${tuf1Time(at)}`,
};
