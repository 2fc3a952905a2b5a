/** The built-in roles, from least to most, in words. */
export const roles = ['reader', 'scanner', 'auditor', 'signer', 'publisher', 'maintainer', 'owner'] as const;
export type BuiltInRole = (typeof roles)[number];

export const roleWords: Readonly<Record<BuiltInRole, string>> = {
  reader: 'pulls',
  scanner: 'pulls, what policies hold back too',
  auditor: 'pulls, reads the audit',
  signer: 'pulls and signs',
  publisher: 'pulls, pushes and signs',
  maintainer: 'also deletes and manages',
  owner: 'may do everything',
};

export function isBuiltIn(role: string): role is BuiltInRole {
  return Object.hasOwn(roleWords, role);
}
