import type { ExaminedImage } from '../image-examiner.ts';
import type { Observation } from '../observation.ts';

interface ToolGroup {
  readonly id: string;
  readonly title: string;
  readonly cure: string;
  readonly severity: Observation['severity'];
  readonly names: readonly string[];
}

/** Programs that a service rarely needs and an intruder is glad of, by what they do. */
const groups: readonly ToolGroup[] = [
  {
    id: 'shells',
    title: 'Shells are present',
    severity: 'negligible',
    cure: 'use an image without a shell (distroless, scratch, chiselled)',
    names: ['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'fish', 'csh', 'tcsh', 'busybox'],
  },
  {
    id: 'package-managers',
    title: 'Package managers are present',
    severity: 'negligible',
    cure: 'copy the result into an image without one',
    names: [
      'apt',
      'apt-get',
      'dpkg',
      'apk',
      'rpm',
      'dnf',
      'microdnf',
      'yum',
      'zypper',
      'pacman',
      'tdnf',
      'opkg',
      'pip',
      'pip3',
      'npm',
      'yarn',
      'pnpm',
      'gem',
      'bundle',
      'composer',
      'cargo',
      'conda',
      'uv',
      'snap',
      'brew',
    ],
  },
  {
    id: 'compilers',
    title: 'Compilers and build tools are present',
    severity: 'low',
    cure: 'build in one stage, copy the result into the next',
    names: [
      'gcc',
      'cc',
      'g++',
      'c++',
      'clang',
      'clang++',
      'rustc',
      'go',
      'javac',
      'make',
      'cmake',
      'ninja',
      'ld',
      'as',
      'ghc',
      'gfortran',
      'mvn',
      'gradle',
      'tsc',
      'dotnet-sdk',
    ],
  },
  {
    id: 'network-tools',
    title: 'Tools that download or look around the network are present',
    severity: 'low',
    cure: 'leave them out; probe from outside',
    names: [
      'curl',
      'wget',
      'nc',
      'ncat',
      'netcat',
      'nc.openbsd',
      'nc.traditional',
      'socat',
      'nmap',
      'tcpdump',
      'telnet',
      'ftp',
      'tftp',
      'ssh',
      'scp',
      'rsync',
      'dig',
      'masscan',
      'tshark',
    ],
  },
  {
    id: 'debuggers',
    title: 'Tools that look into running programs are present',
    severity: 'low',
    cure: 'attach a debugger from another container',
    names: ['gdb', 'strace', 'ltrace', 'perf', 'bpftrace', 'lldb', 'nsenter', 'unshare', 'capsh'],
  },
  {
    id: 'services',
    title: 'Several services are in one image',
    severity: 'low',
    cure: 'one service an image',
    names: [
      'sshd',
      'crond',
      'cron',
      'supervisord',
      'nginx',
      'apache2',
      'httpd',
      'mysqld',
      'mariadbd',
      'postgres',
      'redis-server',
      'mongod',
      'rabbitmq-server',
      'memcached',
      'php-fpm',
      'haproxy',
      'named',
      'dovecot',
      'postfix',
      'exim4',
      'systemd',
      'rsyslogd',
      'vsftpd',
    ],
  },
];
/** Beside a service these keep it company; two of the rest are two services. */
const COMPANIONS = new Set(['supervisord', 'systemd', 'cron', 'crond', 'rsyslogd']);
const PROGRAM = /^(?:usr\/)?(?:local\/)?s?bin\/([^/]+)$|^(?:opt|usr\/local|usr\/lib)\/(?:[^/]+\/){1,3}bin\/([^/]+)$/;

/** Groups of programs of which the image has some. */
export function tools({ view }: ExaminedImage): Observation[] {
  const present = new Map<string, string>();
  for (const [path, { file }] of view.files) {
    if (file.type === 'directory' || (file.type === 'file' && (file.mode & 0o111) === 0)) continue;
    const match = PROGRAM.exec(path);
    const name = match?.[1] ?? match?.[2];
    if (name !== undefined && !present.has(name)) present.set(name, path);
  }
  return groups.flatMap(({ id, title, cure, severity, names }) => {
    const found = names.filter((name) => present.has(name) || [...versioned(name, present)].length > 0);
    const enough = id === 'services' ? found.filter((name) => !COMPANIONS.has(name)).length >= 2 : found.length > 0;
    return enough
      ? [
          {
            kind: 'minimality',
            id,
            title,
            severity,
            cure,
            place: 'image',
            detail: found.join(', '),
          } satisfies Observation,
        ]
      : [];
  });
}

/** `gcc-12`, `php-fpm8.2`: names with the version of the program behind. */
function* versioned(name: string, present: ReadonlyMap<string, string>): Generator<string> {
  for (const digit of ['-1', '-2', '8', '7', '-17', '-21'])
    for (const other of name === 'gcc' || name === 'clang' || name === 'php-fpm' ? present.keys() : [])
      if (other.startsWith(name + digit)) yield other;
}
