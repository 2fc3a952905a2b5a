/** Options of `docker run` and `podman run` that take no value. */
const SWITCHES: ReadonlySet<string> = new Set([
  '--detach',
  '--init',
  '--interactive',
  '--no-healthcheck',
  '--oom-kill-disable',
  '--privileged',
  '--publish-all',
  '--quiet',
  '--read-only',
  '--rm',
  '--sig-proxy',
  '--tty',
  '-P',
  '-d',
  '-i',
  '-it',
  '-q',
  '-t',
]);

/** Options by the field of HostConfig that they set; lists gather. */
const FIELDS: Readonly<Record<string, { readonly field: string; readonly list?: true }>> = {
  '--cap-add': { field: 'CapAdd', list: true },
  '--cgroup-parent': { field: 'CgroupParent' },
  '--device-cgroup-rule': { field: 'DeviceCgroupRules', list: true },
  '--ipc': { field: 'IpcMode' },
  '--net': { field: 'NetworkMode' },
  '--network': { field: 'NetworkMode' },
  '--pid': { field: 'PidMode' },
  '--runtime': { field: 'Runtime' },
  '--security-opt': { field: 'SecurityOpt', list: true },
  '--userns': { field: 'UsernsMode' },
  '--uts': { field: 'UTSMode' },
  '--volume': { field: 'Binds', list: true },
  '--volume-driver': { field: 'VolumeDriver' },
  '-v': { field: 'Binds', list: true },
};

/** Options that ask nothing of the host. Every other one that is not known here is a setting by its name. */
const HARMLESS =
  /^--(?:add-host|annotation|attach|blkio-.+|cap-drop|cidfile|cpu.*|dns.*|domainname|entrypoint|env|env-file|expose|group-add|health-.+|hostname|ip6?|kernel-memory|label|label-file|link|link-local-ip|log-driver|log-opt|mac-address|memory.*|name|network-alias|oom-score-adj|pids-limit|platform|publish|pull|restart|shm-size|stop-signal|stop-timeout|storage-opt|tmpfs|ulimit|user|workdir)$|^-[achlmpuwe]$/;

/** What options of an engine's `run` ask for, in the form of a HostConfig. */
export function hostConfigOf(options: readonly string[]): Readonly<Record<string, unknown>> {
  const sysctls: Record<string, string> = {};
  const config: Record<string, unknown> = { Sysctls: sysctls };
  const gather = (field: string, value: unknown): void => {
    const before = config[field];
    config[field] = [...(Array.isArray(before) ? (before as unknown[]) : []), value];
  };
  for (let at = 0; at < options.length; at++) {
    const [name = '', ...rest] = options[at]!.split('=');
    const on = SWITCHES.has(name);
    const value = rest.length > 0 ? rest.join('=') : on ? 'true' : (options[++at] ?? '');
    const known = FIELDS[name];
    if (name === '--privileged') config['Privileged'] = value !== 'false';
    else if (name === '--mount') gather('Mounts', mountOf(value));
    else if (name === '--device') gather('Devices', { PathOnHost: value.split(':', 1)[0] });
    else if (name === '--gpus') gather('DeviceRequests', { Driver: 'gpu' });
    else if (name === '--sysctl') sysctls[value.split('=', 1)[0]!] = '1';
    else if (known?.list) gather(known.field, value);
    else if (known) config[known.field] = value;
    else if (!on && !HARMLESS.test(name)) config[name.replace(/^-+/, '')] = value;
  }
  return config;
}

/** `type=bind,source=/a,target=/b` (docker run reference, `--mount`). */
function mountOf(text: string): Readonly<Record<string, string>> {
  const parts = new Map(
    text.split(',').map((part) => {
      const cut = part.indexOf('=');
      return cut < 0 ? ([part, 'true'] as const) : ([part.slice(0, cut), part.slice(cut + 1)] as const);
    }),
  );
  return { Type: parts.get('type') ?? 'volume', Source: parts.get('source') ?? parts.get('src') ?? '' };
}
