/** Folders of a host whose content is the host itself, its engine or its secrets. */
const SENSITIVE = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib32',
  '/lib64',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/docker',
  '/var/lib/kubelet',
  '/var/run',
  '/var/spool/cron',
] as const;

/** Folders of a person that hold keys and sign-ins, wherever they are. */
const SECRET_FOLDERS: ReadonlySet<string> = new Set(['.ssh', '.gnupg', '.docker', '.kube', '.aws', '.assay']);

/** An absolute path without `.`, `..` and doubled slashes, as the kernel would walk it if there were no links. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The power that binding this path gives: none for folders of data, `bind:/etc/ssl` for what is the host's. */
export function powerOfPath(path: string): string | undefined {
  const clean = cleanPath(path);
  const within = (inner: string, outer: string) => inner === outer || outer === '/' || inner.startsWith(`${outer}/`);
  const sensitive =
    SENSITIVE.some((each) => within(clean, each) || within(each, clean)) ||
    clean.split('/').some((part) => SECRET_FOLDERS.has(part) || part.endsWith('.sock'));
  return sensitive ? `bind:${clean}` : undefined;
}
