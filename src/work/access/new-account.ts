import type { Account } from '../../ports/access-records.ts';

/** A person's account as it begins; robots and directories say what is different. */
export function newAccount(
  given: Pick<Account, 'id' | 'name' | 'createdAt'> & Partial<Omit<Account, 'id' | 'name' | 'createdAt'>>,
): Account {
  return {
    kind: 'person',
    organisation: undefined,
    source: 'local',
    externalId: undefined,
    email: undefined,
    secondFactor: false,
    passkeys: 0,
    administrator: false,
    disabled: false,
    vouchedAt: undefined,
    passwordChangedAt: given.createdAt,
    passwordHash: '',
    ...given,
  };
}
