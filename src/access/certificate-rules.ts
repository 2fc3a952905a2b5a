import { AssayError } from '../lib/error.ts';
import type { CertificateNameKind, SubjectName } from '../lib/certificate-names.ts';

/** One line of whose account a certificate is: a name of it, with one `*` for any characters, and the account. */
export interface CertificateRule {
  readonly kind: CertificateNameKind;
  readonly before: string;
  /** What follows the `*`; absent when the whole name is given. */
  readonly after: string | undefined;
  /** Name of an account; `*` stands for what the `*` of the certificate's name stood for. */
  readonly account: string;
}

const FORM = /^(cn|email|dns|uri):([^=]{1,500})=([a-z0-9._+*-]{1,170})$/;
/** What a `*` may stand for: characters of account names, so that a name cannot reach over a `@`, a dot-less `+` or a `/`. */
const PART = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** Reads `email:*@example.org=*`, `cn:build=shop+ci`. Throws `configuration-invalid`. */
export function parseCertificateRule(text: string): CertificateRule {
  const [, kind, pattern = '', account = ''] = FORM.exec(text) ?? [];
  const pieces = pattern.split('*');
  const stars = account.split('*').length - 1;
  if (!kind || pieces.length > 2 || stars > 1 || (stars === 1 && pieces.length === 1))
    throw new AssayError(
      'configuration-invalid',
      `clientCertificateAccounts: ${JSON.stringify(text.slice(0, 200))} is not like cn:alice=alice or email:*@example.org=* (cn, email, dns or uri; one * on each side)`,
    );
  return { kind: kind as CertificateNameKind, before: pieces[0] ?? '', after: pieces[1], account };
}

/**
 * The account that the first rule with a match names, or why there is none. A rule whose matches name two accounts names
 * none: a certificate is one holder's.
 */
export function accountOfCertificate(
  rules: readonly CertificateRule[],
  names: readonly SubjectName[],
): { readonly account: string } | { readonly refused: string } {
  for (const rule of rules) {
    const found = new Set(
      names
        .filter(({ kind }) => kind === rule.kind)
        .map(({ text }) => accountBy(rule, text))
        .filter((each) => each !== undefined),
    );
    if (found.size > 1) return { refused: `its names are those of ${found.size} accounts` };
    for (const account of found) return { account };
  }
  return { refused: 'no rule says whose it is' };
}

function accountBy(rule: CertificateRule, name: string): string | undefined {
  // Host names and the host of an e-mail address are read without regard to case; accounts have lower case names alone.
  const text = rule.kind === 'uri' ? name : name.toLowerCase();
  const [before, after] = rule.kind === 'uri' ? [rule.before, rule.after] : [lower(rule.before), lower(rule.after)];
  if (after === undefined) return text === before ? rule.account : undefined;
  if (text.length < before!.length + after.length || !text.startsWith(before!) || !text.endsWith(after))
    return undefined;
  const part = text.slice(before!.length, text.length - after.length);
  return PART.test(part) ? rule.account.replace('*', () => part) : undefined;
}

function lower(text: string | undefined): string | undefined {
  return text?.toLowerCase();
}
