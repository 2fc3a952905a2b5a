import { integer, sequence } from '../../lib/der.ts';

/** ECDSA-Sig-Value (RFC 3279 section 2.2.3) of a raw r‖s signature: TUF 1.x and X.509 want it, Notary v1 the raw form. */
export function derFromRaw(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  return sequence(integer(raw.subarray(0, half)), integer(raw.subarray(half)));
}
