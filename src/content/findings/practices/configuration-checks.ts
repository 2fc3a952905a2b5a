import { instructionsOf, type PracticeCheck } from './check.ts';

const SECRET_VOLUMES = /^\/(?:dev|proc|sys|etc|boot|lib|usr|bin|sbin|root|run|var\/run)?\/?$/;

/** Checks of the configuration and the history. Numbers are those of the CIS Docker Benchmark 1.6 and of dockle. */
export const configurationChecks: readonly PracticeCheck[] = [
  {
    id: 'runs-as-root',
    title: 'The container runs as root',
    severity: 'medium',
    also: ['CIS 4.1', 'CIS-DI-0001'],
    cure: 'add USER with a number other than 0',
    find({ config }) {
      const user = (config?.config?.User ?? '').split(':', 1)[0]!;
      if (user !== '' && user !== 'root' && !/^0+$/.test(user)) return [];
      return [{ detail: user === '' ? 'no user is set' : `the user is ${user}` }];
    },
  },
  {
    id: 'no-health-check',
    title: 'No health check is declared',
    severity: 'low',
    also: ['CIS 4.6', 'CIS-DI-0006'],
    cure: 'add HEALTHCHECK, or let the orchestrator probe',
    find: ({ config }) => (config?.config?.Healthcheck ? [] : [{}]),
  },
  {
    id: 'add-instruction',
    title: 'ADD is used where COPY does',
    severity: 'low',
    also: ['CIS 4.9', 'CIS-DI-0009'],
    cure: 'use COPY; for addresses, RUN with a checked digest',
    find(image) {
      // The first layer of a base image is an archive that ADD unpacked.
      return instructionsOf(image)
        .filter(
          ({ text, line }) =>
            line > 1 &&
            /^(?:\/bin\/sh -c #\(nop\)\s+)?ADD\s/.test(text) &&
            !/\s\/\s*$/.test(text.replace(/\s*# buildkit$/, '')),
        )
        .map(({ text, line }) => ({ line, detail: text.slice(0, 300) }));
    },
  },
  {
    id: 'update-alone',
    title: 'A list of packages is fetched in a step of its own',
    severity: 'medium',
    also: ['CIS 4.7', 'CIS-DI-0007'],
    cure: 'update and install in one RUN, so that a cached step never installs from an old list',
    find(image) {
      return instructionsOf(image)
        .filter(
          ({ text }) =>
            /(?:apt-get|apt|apk|yum|dnf|zypper) (?:-\S+ )*(?:update|refresh|makecache)\b/.test(text) &&
            !/\b(?:install|add|upgrade)\b/.test(text),
        )
        .map(({ text, line }) => ({ line, detail: text.slice(0, 300) }));
    },
  },
  {
    id: 'whole-upgrade',
    title: 'The whole distribution is upgraded in a build',
    severity: 'low',
    also: ['DKL-DI-0003'],
    cure: 'take a newer base image: the result can then be built again',
    find(image) {
      return instructionsOf(image)
        .filter(({ text }) => /(?:apt-get|apt|aptitude) (?:-\S+ )*(?:dist-upgrade|full-upgrade)\b/.test(text))
        .map(({ text, line }) => ({ line, detail: text.slice(0, 300) }));
    },
  },
  {
    id: 'uses-sudo',
    title: 'sudo is used in a build step',
    severity: 'medium',
    also: ['DKL-DI-0001'],
    cure: 'build steps run as root until USER; leave sudo out',
    find(image) {
      return instructionsOf(image)
        .filter(({ text }) => /(?:^|&&|;|\bRUN|-c)\s*sudo\s/.test(text))
        .map(({ text, line }) => ({ line, detail: text.slice(0, 300) }));
    },
  },
  {
    id: 'piped-installer',
    title: 'A build step runs what it downloads, unchecked',
    severity: 'medium',
    also: ['CIS 4.11'],
    cure: 'download, hold the file against a digest or signature, then run it',
    find(image) {
      return instructionsOf(image)
        .filter(({ text }) => /\b(?:curl|wget)\b[^|;&]{1,400}\|\s*(?:sudo\s+)?(?:ba|da|z)?sh\b/.test(text))
        .map(({ text, line }) => ({ line, detail: text.slice(0, 300) }));
    },
  },
  {
    id: 'unchecked-packages',
    title: 'Packages are installed without their signatures being checked',
    severity: 'high',
    also: ['CIS 4.11'],
    cure: 'leave out the option that switches the check off',
    find(image) {
      return instructionsOf(image)
        .filter(({ text }) =>
          /--allow-unauthenticated|--nogpgcheck|--no-gpg-checks?|--allow-untrusted|--force-yes|gpgcheck=0|\[trusted=yes\]|--trusted-host/.test(
            text,
          ),
        )
        .map(({ text, line }) => ({ line, detail: text.slice(0, 300) }));
    },
  },
  {
    id: 'unchecked-transport',
    title: 'A download does not check whom it talks to',
    severity: 'medium',
    also: [],
    cure: 'leave the check of certificates on',
    find(image) {
      return instructionsOf(image)
        .filter(({ text }) =>
          /\bcurl\b[^|;&]*\s(?:-k|--insecure)\b|\bwget\b[^|;&]*--no-check-certificate|NODE_TLS_REJECT_UNAUTHORIZED=0|GIT_SSL_NO_VERIFY|http\.sslVerify false|strict-ssl false/.test(
            text,
          ),
        )
        .map(({ text, line }) => ({ line, detail: text.slice(0, 300) }));
    },
  },
  {
    id: 'ssh-exposed',
    title: 'The port of ssh is exposed',
    severity: 'medium',
    also: ['CIS 5.7'],
    cure: 'use docker exec; leave the ssh server out',
    find: ({ config }) =>
      Object.keys(config?.config?.ExposedPorts ?? {})
        .filter((port) => /^22(?:\/tcp)?$/.test(port))
        .map((port) => ({ detail: port })),
  },
  {
    id: 'low-port',
    title: 'A port is exposed that only privileged processes may open',
    severity: 'low',
    also: ['CIS 5.8'],
    cure: 'listen on a port from 1024 on',
    find: ({ config }) =>
      Object.keys(config?.config?.ExposedPorts ?? {})
        .filter((port) => Number.parseInt(port, 10) < 1024 && !port.startsWith('22'))
        .slice(0, 20)
        .map((port) => ({ detail: port })),
  },
  {
    id: 'system-volume',
    title: 'A folder of the system is declared as a volume',
    severity: 'high',
    also: ['DKL-DI-0002', 'CIS 5.6'],
    cure: 'declare the folder of the data alone',
    find: ({ config }) =>
      Object.keys(config?.config?.Volumes ?? {})
        .filter((path) => SECRET_VOLUMES.test(path))
        .map((path) => ({ path: path.replace(/^\//, '') })),
  },
  {
    id: 'shell-entrypoint',
    title: 'The program is started by a shell',
    severity: 'low',
    also: [],
    cure: 'write ENTRYPOINT and CMD as lists, so that signals reach the program',
    find({ config }) {
      const { Entrypoint: entry, Cmd: command } = config?.config ?? {};
      const first = entry && entry.length > 0 ? entry : command;
      return first && /^(?:\/bin\/)?(?:ba|da)?sh$/.test(first[0] ?? '') && first[1] === '-c'
        ? [{ detail: first.join(' ').slice(0, 300) }]
        : [];
    },
  },
  {
    id: 'no-command',
    title: 'The image does not say what it runs',
    severity: 'low',
    also: [],
    cure: 'add ENTRYPOINT or CMD',
    find: ({ config }) => (config?.config?.Entrypoint?.length || config?.config?.Cmd?.length ? [] : [{}]),
  },
  {
    id: 'no-labels',
    title: 'The image does not say where it comes from',
    severity: 'negligible',
    also: ['CIS 4.12'],
    cure: 'add the labels org.opencontainers.image.source, .revision and .version',
    find({ config, annotations }) {
      const names = Object.keys({ ...config?.config?.Labels, ...annotations });
      const missing = ['source', 'revision', 'version'].filter(
        (name) => !names.includes(`org.opencontainers.image.${name}`),
      );
      return missing.length > 0 ? [{ detail: `missing: ${missing.join(', ')}` }] : [];
    },
  },
  {
    id: 'relative-path',
    title: 'The search path for programs holds a folder that changes or that others may write to',
    severity: 'high',
    also: [],
    cure: 'name only folders of the system in PATH',
    find({ config }) {
      const path = config?.config?.Env?.find((each) => each.startsWith('PATH='))?.slice('PATH='.length);
      const bad = (path?.split(':') ?? []).filter(
        (each) => !each.startsWith('/') || /^\/(?:tmp|var\/tmp|dev\/shm)(?:\/|$)/.test(each),
      );
      return bad.map((each) => ({ detail: each === '' ? 'an empty entry' : each.slice(0, 200) }));
    },
  },
];
