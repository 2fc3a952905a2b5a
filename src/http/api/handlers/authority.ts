import { X509Certificate } from 'node:crypto';
import * as contract from '../../../contract/authority.ts';
import { AssayError } from '../../../lib/error.ts';
import { type Handled, handle } from '../call.ts';

export const authorityHandlers: readonly Handled[] = [
  handle(contract.getAuthority, async ({ house }) => {
    const pem = house.authority;
    if (pem === undefined) throw new AssayError('not-found', 'this server uses a certificate that it was given');
    return { pem, fingerprint: new X509Certificate(pem).fingerprint256 };
  }),
];
