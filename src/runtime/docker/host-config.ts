import { folded, listOf, membersOf, type Members, textOf, textsOf } from './go-json.ts';
import { powerOfPath } from './host-paths.ts';

/** What a container asks of its host beyond what every confined one gets. */
export interface ContainerWish {
  /** `privileged`, `cap:SYS_ADMIN`, `bind:/etc`, `pid:host` …; sorted, each once. */
  readonly powers: readonly string[];
  /** Absolute paths of the host that it binds, for whoever can follow links. */
  readonly paths: readonly string[];
  /** Images that it mounts. */
  readonly images: readonly string[];
  /** Named volumes that it mounts; some are folders of the host in disguise. */
  readonly volumes: readonly string[];
}

/** Capabilities that an engine gives to every container (moby, oci/caps/defaults.go). */
const USUAL_CAPABILITIES: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** Settings of HostConfig that give nothing of the host away; every other one that is set is a power by its name. */
const HARMLESS: ReadonlySet<string> = new Set(
  [
    'Annotations',
    'AutoRemove',
    'BlkioDeviceReadBps',
    'BlkioDeviceReadIOps',
    'BlkioDeviceWriteBps',
    'BlkioDeviceWriteIOps',
    'BlkioWeight',
    'BlkioWeightDevice',
    'CapDrop',
    'CgroupnsMode',
    'ConsoleSize',
    'ContainerIDFile',
    'CpuCount',
    'CpuPercent',
    'CpuPeriod',
    'CpuQuota',
    'CpuRealtimePeriod',
    'CpuRealtimeRuntime',
    'CpuShares',
    'CpusetCpus',
    'CpusetMems',
    'Dns',
    'DnsOptions',
    'DnsSearch',
    'ExtraHosts',
    'GroupAdd',
    'IOMaximumBandwidth',
    'IOMaximumIOps',
    'Init',
    'Isolation',
    'KernelMemory',
    'KernelMemoryTCP',
    'Links',
    'LogConfig',
    'Memory',
    'MemoryReservation',
    'MemorySwap',
    'MemorySwappiness',
    'NanoCpus',
    'OomKillDisable',
    'OomScoreAdj',
    'PidsLimit',
    'PortBindings',
    'PublishAllPorts',
    'ReadonlyRootfs',
    'RestartPolicy',
    'ShmSize',
    'StorageOpt',
    'Tmpfs',
    'Ulimits',
    'VolumesFrom',
  ].map(folded),
);

/** Paths that an engine always hides from containers; a list without them lays the kernel open. */
const ALWAYS_MASKED = ['/proc/kcore', '/proc/keys', '/proc/timer_list', '/sys/firmware'] as const;
const ALWAYS_READ_ONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'] as const;

/** Reads a HostConfig as a call asks for it or an inspection shows it. Throws `input-invalid` for a form the API lacks. */
export function wishOf(hostConfig: unknown): ContainerWish {
  const wish = new Wish();
  for (const [name, value] of membersOf(hostConfig, 'HostConfig')) wish.setting(name, value);
  const { paths, images, volumes, found } = wish;
  return { powers: [...found].sort(), paths, images, volumes };
}

class Wish {
  readonly found = new Set<string>();
  readonly paths: string[] = [];
  readonly images: string[] = [];
  readonly volumes: string[] = [];

  setting(name: string, value: unknown): void {
    if (isEmpty(value) && name !== 'maskedpaths' && name !== 'readonlypaths') return;
    if (HARMLESS.has(name)) return;
    const read = readers[name];
    if (read) read(this, value);
    else this.found.add(`setting:${name.slice(0, 60)}`);
  }

  path(source: string): void {
    this.paths.push(source);
    const power = powerOfPath(source);
    if (power !== undefined) this.found.add(power);
  }

  each(kind: string, values: readonly string[]): void {
    for (const value of values) this.found.add(`${kind}:${value.slice(0, 300)}`);
  }
}

type Reader = (wish: Wish, value: unknown) => void;

/** A mode that may be `host`; other containers' are judged with those. */
const mode =
  (kind: string): Reader =>
  (wish, value) => {
    if (textOf(value, kind).toLowerCase() === 'host') wish.found.add(`${kind}:host`);
  };

const paths =
  (always: readonly string[]): Reader =>
  (wish, value) => {
    if (value === null || value === undefined) return;
    const listed = new Set(textsOf(value, 'paths'));
    if (!always.every((each) => listed.has(each))) wish.found.add('system-paths');
  };

const readers: Readonly<Record<string, Reader>> = {
  privileged: (wish) => wish.found.add('privileged'),
  capadd: (wish, value) => {
    for (const each of textsOf(value, 'CapAdd')) {
      const name = each.toUpperCase().replace(/^CAP_/, '');
      if (!USUAL_CAPABILITIES.has(name)) wish.found.add(`cap:${name.slice(0, 60)}`);
    }
  },
  binds: (wish, value) => {
    for (const each of textsOf(value, 'Binds')) {
      const [source = ''] = each.split(':', 1);
      if (source.startsWith('/')) wish.path(source);
      else if (/^[A-Za-z0-9][\w.-]*$/.test(source)) wish.volumes.push(source);
      else wish.found.add(`bind:${source.slice(0, 300)}`);
    }
  },
  mounts: (wish, value) => {
    for (const each of listOf(value, 'Mounts')) readMount(wish, membersOf(each, 'a mount'));
  },
  pidmode: mode('pid'),
  ipcmode: mode('ipc'),
  utsmode: mode('uts'),
  usernsmode: mode('userns'),
  networkmode: mode('network'),
  devices: (wish, value) => {
    const from = listOf(value, 'Devices').map((each) => membersOf(each, 'a device').get('pathonhost'));
    wish.each(
      'device',
      from.map((each) => textOf(each, 'a device')),
    );
  },
  devicecgrouprules: (wish, value) => wish.each('device-rule', textsOf(value, 'DeviceCgroupRules')),
  devicerequests: (wish, value) => {
    const drivers = listOf(value, 'DeviceRequests').map((each) => membersOf(each, 'a device request').get('driver'));
    wish.each(
      'device-request',
      drivers.map((each) => textOf(each, 'a device request') || 'any'),
    );
  },
  securityopt: (wish, value) => {
    for (const each of textsOf(value, 'SecurityOpt')) readSecurityOption(wish, each);
  },
  maskedpaths: paths(ALWAYS_MASKED),
  readonlypaths: paths(ALWAYS_READ_ONLY),
  runtime: (wish, value) => {
    const name = textOf(value, 'Runtime');
    if (name !== 'runc' && name !== 'io.containerd.runc.v2') wish.each('runtime', [name]);
  },
  sysctls: (wish, value) => wish.each('sysctl', [...membersOf(value, 'Sysctls').keys()]),
  cgroupparent: (wish, value) => wish.each('cgroup-parent', [textOf(value, 'CgroupParent')]),
  volumedriver: (wish, value) => {
    const name = textOf(value, 'VolumeDriver');
    if (name !== 'local') wish.each('volume-driver', [name]);
  },
};

function readMount(wish: Wish, mount: Members): void {
  const type = textOf(mount.get('type'), 'Type').toLowerCase();
  const source = textOf(mount.get('source'), 'Source');
  if (type === 'bind') wish.path(source);
  else if (type === 'image') wish.images.push(source);
  else if (type === 'volume') {
    if (source !== '') wish.volumes.push(source);
    const driver = membersOf(
      membersOf(mount.get('volumeoptions'), 'VolumeOptions').get('driverconfig'),
      'DriverConfig',
    );
    for (const power of powersOfVolume(driver.get('name'), driver.get('options'))) wish.found.add(power);
  } else if (type !== 'tmpfs') wish.found.add(`mount:${type.slice(0, 60)}`);
}

/** What a volume of this driver with these options gives of the host: the local driver mounts any path or device. */
export function powersOfVolume(driver: unknown, options: unknown): readonly string[] {
  const name = textOf(driver, 'Driver');
  if (name !== '' && name !== 'local') return [`volume-driver:${name.slice(0, 100)}`];
  const device = textOf(membersOf(options, 'Options').get('device'), 'device');
  if (device === '') return [];
  return [device.startsWith('/') ? (powerOfPath(device) ?? `bind:${device}`) : `volume-device:${device.slice(0, 300)}`];
}

function readSecurityOption(wish: Wish, option: string): void {
  const [, name = '', value = ''] = /^([^=:]*)[=:]?(.*)$/s.exec(option) ?? [];
  const key = name.toLowerCase();
  if (key === 'no-new-privileges') return;
  if (key === 'seccomp' && value === 'builtin') return;
  if (key === 'apparmor' && value === 'docker-default') return;
  if (key === 'systempaths') wish.found.add('system-paths');
  else if (value.toLowerCase() === 'unconfined' || value.startsWith('disable')) wish.found.add(`${key}:unconfined`);
  else wish.found.add(`security-option:${key.slice(0, 60)}`);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
