import type { Severity } from '../../advisories/advisory.ts';
import { entropy } from './checks.ts';
import { isPlaceholder } from './rule.ts';

/** A kind of file whose every line may hold a secret; told by its path. */
export interface SecretFile {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly path: RegExp;
  /** One secret a match, in the first group; tried on each line alone. */
  readonly line: RegExp;
}

const MAX_LINE = 1000;
const MAX_LINES = 20_000;

export const secretFiles: readonly SecretFile[] = [
  {
    id: 'pgpass',
    title: 'Password of PostgreSQL (.pgpass)',
    severity: 'critical',
    path: /(?:^|\/)\.?pgpass(?:\.conf)?$/,
    line: /^[^#:]{1,200}:(?:\d+|\*):[^:]{1,100}:[^:]{1,100}:(.{3,200})$/,
  },
  {
    id: 'netrc',
    title: 'Password in .netrc',
    severity: 'critical',
    path: /(?:^|\/)[._]netrc$/,
    line: /(?:^|\s)password\s+(\S{4,300})/,
  },
  {
    id: 'htpasswd',
    title: 'Password hash of a web server',
    severity: 'medium',
    path: /(?:^|\/)\.?htpasswd[^/]*$|\.htpasswd$/,
    line: /^[^:#\s]{1,100}:(\$(?:apr1|2[aby]|5|6)\$[^\s:]{10,120}|\{SHA\}[A-Za-z0-9+/]{27}=)/,
  },
  {
    id: 'password-hash',
    title: 'Password hash of a system account',
    severity: 'medium',
    path: /^etc\/shadow-?$/,
    line: /^[^:]{1,64}:(\$(?:1|2[aby]|5|6|7|y|gy)\$[^:]{8,160}):/,
  },
  {
    id: 'rails-master-key',
    title: 'Rails master key',
    severity: 'critical',
    path: /(?:^|\/)config\/(?:master|credentials\/[a-z]+)\.key$/,
    line: /^([0-9a-f]{32})$/,
  },
  {
    id: 'filezilla-password',
    title: 'Password saved by FileZilla',
    severity: 'high',
    path: /(?:^|\/)(?:sitemanager|recentservers|filezilla)\.xml$/i,
    line: /<Pass(?: encoding="base64")?>([^<]{4,200})<\/Pass>/,
  },
  {
    id: 'history-password',
    title: 'Password in the history of a shell',
    severity: 'high',
    path: /(?:^|\/)\.(?:bash|zsh|sh|ash|mysql|psql|python)_?history$/,
    line: /(?:\s-p|--password[= ]|PASSWORD=|PGPASSWORD=|MYSQL_PWD=|IDENTIFIED BY ['"]?)(?=\S*[\d\W])([^\s'"]{6,100})/,
  },
];

export interface FileSecret {
  readonly file: SecretFile;
  readonly line: number;
  readonly value: string;
}

/** The secrets of a file that is one of these kinds. */
export function* secretsOfFile(path: string, textOf: () => string): Generator<FileSecret> {
  for (const file of secretFiles) {
    if (!file.path.test(path)) continue;
    const text = textOf();
    let number = 0;
    for (const line of text.split('\n', MAX_LINES)) {
      number++;
      const value = file.line.exec(line.slice(0, MAX_LINE))?.[1];
      if (value !== undefined && !isPlaceholder(value.replace(/^\$+/, '')) && entropy(value) > 1.5)
        yield { file, line: number, value };
    }
  }
}
