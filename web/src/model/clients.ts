/** The clients that the console shows commands for. */
export const clients = ['docker', 'podman', 'skopeo'] as const;
export type Client = (typeof clients)[number];

export function isClient(text: string | null): text is Client {
  return clients.some((each) => each === text);
}

export function loginCommand(client: Client, host: string, name: string): string {
  return client === 'docker'
    ? `docker login ${host} -u ${name}`
    : `${client} login ${insecure(client, host)}${host} -u ${name}`;
}

/** Loopback registries answer plain HTTP too, which podman and skopeo take only when told. */
function insecure(client: Client, host: string): string {
  if (client === 'docker' || !isLoopback(host)) return '';
  return '--tls-verify=false ';
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(host);
}

export function pushCommands(
  client: Client,
  host: string,
  repository: string,
  tag = 'latest',
  local = 'IMAGE',
): string[] {
  const target = `${host}/${repository}:${tag}`;
  if (client === 'skopeo')
    return [
      `skopeo copy ${isLoopback(host) ? '--dest-tls-verify=false ' : ''}containers-storage:${local} docker://${target}`,
    ];
  return [`${client} tag ${local} ${target}`, `${client} push ${insecure(client, host)}${target}`];
}

/** A pull names the digest: what one reads here is what one gets. */
export function pullCommand(client: Client, host: string, repository: string, digest: string): string {
  const source = `${host}/${repository}@${digest}`;
  if (client === 'skopeo')
    return `skopeo copy ${isLoopback(host) ? '--src-tls-verify=false ' : ''}docker://${source} oci:${repository.split('/').at(-1)}`;
  return `${client} pull ${insecure(client, host)}${source}`;
}
