/** Numbers of PKCS#11 2.40 (OASIS, pkcs11t.h) that are used here. */
export const CKO = { publicKey: 2n, privateKey: 3n } as const;
export const CKK = { rsa: 0n, ec: 3n } as const;
export const CKA = {
  class: 0x000n,
  token: 0x001n,
  private: 0x002n,
  label: 0x003n,
  keyType: 0x100n,
  id: 0x102n,
  sensitive: 0x103n,
  sign: 0x108n,
  verify: 0x10an,
  modulus: 0x120n,
  modulusBits: 0x121n,
  publicExponent: 0x122n,
  extractable: 0x162n,
  ecParams: 0x180n,
  ecPoint: 0x181n,
} as const;
export const CKM = {
  rsaKeyPairGen: 0x0000n,
  rsaPkcs: 0x0001n,
  rsaPss: 0x000dn,
  sha256: 0x0250n,
  ecKeyPairGen: 0x1040n,
  ecdsa: 0x1041n,
} as const;
export const MGF1_SHA256 = 2n;
export const CKF = { rwSession: 0x2n, serialSession: 0x4n, tokenInitialized: 0x400n } as const;
export const CKU_USER = 1n;

export const CKR = {
  ok: 0n,
  pinIncorrect: 0xa0n,
  pinInvalid: 0xa1n,
  pinLengthRange: 0xa2n,
  pinLocked: 0xa4n,
  alreadyLoggedIn: 0x100n,
  alreadyInitialized: 0x191n,
} as const;

/** What a return value says to a person; others are shown as numbers. */
export const returnWords: Readonly<Record<string, string>> = {
  '3': 'no such slot',
  '5': 'general error of the module',
  '6': 'the function failed',
  '48': 'the device has an error',
  '49': 'the device has no memory left',
  '50': 'the device was removed',
  '80': 'the key may not be used for this',
  '112': 'the token does not know this mechanism',
  '164': 'the PIN is locked; unblock it with the tool of the token',
  '179': 'the session was lost',
  '224': 'there is no token in the slot',
  '257': 'nobody is logged in to the token',
};
