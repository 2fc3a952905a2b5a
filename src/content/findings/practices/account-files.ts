import type { FileExaminer } from '../examiner.ts';
import type { LayerObservation } from '../observation.ts';

const MAX_LINES = 10_000;

/** Accounts and rights as their files have them (passwd(5), shadow(5), sudoers(5), sshd_config(5)). */
export const accountFiles: FileExaminer = {
  name: 'account-files',
  keywords: [],
  wants: (entry, text) =>
    text && entry.size < 1 << 20 && readers.some(([path]) => path.test(entry.path)) ? 'bytes' : undefined,
  examine({ path, bytes, last, first }) {
    if (!first || !last) return [];
    const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').split('\n', MAX_LINES);
    return readers.flatMap(([wanted, read]) =>
      wanted.test(path) ? read(lines).map((found) => ({ ...found, kind: 'practice' as const, path })) : [],
    );
  },
};

type Read = (lines: readonly string[]) => Omit<LayerObservation, 'kind' | 'path'>[];

const readers: readonly (readonly [RegExp, Read])[] = [
  [/^etc\/shadow$/, emptyPasswords],
  [/^etc\/passwd$/, strangeAccounts],
  [/^etc\/sudoers(?:\.d\/[^/]+)?$/, freeSudo],
  [/^etc\/ssh\/sshd_config(?:\.d\/[^/]+)?$/, openSsh],
];

function emptyPasswords(lines: readonly string[]): ReturnType<Read> {
  return lines.flatMap((line, at) => {
    const [name, password] = line.split(':');
    return name && password === ''
      ? [
          {
            id: 'empty-password',
            title: 'An account has no password',
            severity: 'critical' as const,
            line: at + 1,
            detail: name.slice(0, 64),
            cure: 'RUN passwd -l ACCOUNT',
            aliases: ['DKL-LI-0001'],
          },
        ]
      : [];
  });
}

function strangeAccounts(lines: readonly string[]): ReturnType<Read> {
  const owners = new Map<string, string>();
  return lines.flatMap((line, at): ReturnType<Read> => {
    const [name, password, uid] = line.split(':');
    if (!name || uid === undefined || line.startsWith('#')) return [];
    const before = owners.get(uid);
    owners.set(uid, name);
    if (uid === '0' && name !== 'root')
      return [
        {
          id: 'second-root',
          title: 'An account beside root has the number 0',
          severity: 'high' as const,
          line: at + 1,
          detail: name.slice(0, 64),
          cure: 'remove the account or give it a number of its own',
        },
      ];
    if (password === '')
      return [
        {
          id: 'empty-password',
          title: 'An account has no password',
          severity: 'critical' as const,
          line: at + 1,
          detail: name.slice(0, 64),
          cure: 'RUN passwd -l ACCOUNT',
          aliases: ['DKL-LI-0001'],
        },
      ];
    return before === undefined || before === name
      ? []
      : [
          {
            id: 'shared-number',
            title: 'Two accounts have one number',
            severity: 'medium' as const,
            line: at + 1,
            detail: `${before.slice(0, 64)}, ${name.slice(0, 64)}: ${uid.slice(0, 20)}`,
            cure: 'give each account a number of its own',
            aliases: ['DKL-LI-0002'],
          },
        ];
  });
}

function freeSudo(lines: readonly string[]): ReturnType<Read> {
  return lines.flatMap((line, at) =>
    /^[^#\s][^#]{0,300}NOPASSWD:/.test(line)
      ? [
          {
            id: 'sudo-without-password',
            title: 'sudo asks for no password',
            severity: 'medium' as const,
            line: at + 1,
            detail: line.slice(0, 200),
            cure: 'leave sudo out; start as the user that is needed',
          },
        ]
      : [],
  );
}

function openSsh(lines: readonly string[]): ReturnType<Read> {
  return lines.flatMap((line, at) =>
    /^\s{0,8}(?:PermitRootLogin\s{1,8}yes|PermitEmptyPasswords\s{1,8}yes)/i.test(line)
      ? [
          {
            id: 'ssh-root',
            title: 'The ssh server lets root or empty passwords in',
            severity: 'high' as const,
            line: at + 1,
            detail: line.trim().slice(0, 100),
            cure: 'leave the ssh server out, or forbid it',
          },
        ]
      : [],
  );
}
