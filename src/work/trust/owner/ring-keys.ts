import type { KeyRing } from '../../keys/key-ring.ts';
import { issueRootCertificate } from '../../../trust/keys/root-certificate.ts';
import { notaryCertificateKey, readNotaryKey } from '../../../trust/tuf/notary/key.ts';
import type { OwnerKeys } from './owner-keys.ts';

/** The owner's keys out of the key ring: the stores of Assay, docker and notary, and tokens. */
export function ringKeys(ring: KeyRing, told: (text: string) => void): OwnerKeys {
  return {
    held: async () => new Set((await ring.list()).map((key) => key.id)),
    open: (ids) => ring.openSigners({ wanted: ids, need: ids.length }),
    async root() {
      const roots = (await ring.list()).filter((key) => key.role === 'root' && key.problem === undefined);
      // After a rotation the older ones are kept for what they have signed.
      const [newest] = roots.toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0));
      if (newest) return ring.open(newest);
      told('You have no root key yet. It is the key of last resort: it names all others, and only it replaces them.');
      const made = await ring.generate({ use: { role: 'root' } });
      told(`root key ${made.stored.id.slice(0, 12)} is in ${made.stored.location}`);
      told('Back it up now, away from this machine: assay key backup FILE');
      return made;
    },
    async newRoot() {
      const made = await ring.generate({ use: { role: 'root' } });
      told(`root key ${made.stored.id.slice(0, 12)} is in ${made.stored.location}; back it up: assay key backup FILE`);
      return made;
    },
    async create(role, gun) {
      const made = await ring.generate({ use: { role, gun } });
      told(`${role} key ${made.stored.id.slice(0, 12)} of ${gun} is in ${made.stored.location}`);
      return made;
    },
    async certificate(root, gun, now) {
      return readNotaryKey(notaryCertificateKey(await issueRootCertificate(root, gun, now)));
    },
  };
}
