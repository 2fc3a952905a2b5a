import { openLdapDirectory } from '../adapters/ldap/ldap-directory.ts';
import { openOidcProvider } from '../adapters/oidc/oidc-provider.ts';
import { openWorkloadIssuer } from '../adapters/oidc/workload-issuer.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../ports/database.ts';
import type { Passwords } from '../ports/passwords.ts';
import { Directories } from '../work/access/directories.ts';
import { OidcSignIn } from '../work/access/oidc-sign-in.ts';
import { Passkeys } from '../work/access/passkeys.ts';
import { SecondFactor } from '../work/access/second-factor.ts';
import { SignIn } from '../work/access/sign-in.ts';

/** Everything that finds out who somebody is: passwords, directories outside, second factor. */
export function openSignIn(database: Database, passwords: Passwords, clock: Clock) {
  const directories = new Directories(database, clock, {
    ldap: openLdapDirectory,
    oidc: (settings, secret) => openOidcProvider(settings, secret, () => clock.now()),
    workload: (settings) => openWorkloadIssuer(settings, () => clock.now()),
  });
  const secondFactor = new SecondFactor(database, clock);
  return {
    directories,
    secondFactor,
    passkeys: new Passkeys(database, clock, directories),
    signIn: new SignIn({ database, passwords, clock, directories, secondFactor }),
    oidc: new OidcSignIn(directories, clock),
  };
}
