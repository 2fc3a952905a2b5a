import { AssayError } from '../lib/error.ts';
import { type Digest, isDigest } from './digest.ts';
import { parseTag, type Tag } from './names.ts';

/** An image in a registry. The digest wins where both are given; a tag beside it is kept for display. */
export interface RegistryReference {
  readonly transport: 'registry';
  /** `host[:port]` as written, `[::1]:5000` included; absent when the name holds none. */
  readonly host: string | undefined;
  readonly repository: string;
  readonly tag: Tag | undefined;
  readonly digest: Digest | undefined;
}

/** An image in a file or folder; `name` is what `org.opencontainers.image.ref.name` or a docker tag says. */
export interface FileReference {
  readonly transport: 'oci' | 'oci-archive' | 'docker-archive';
  readonly path: string;
  readonly name: string | undefined;
  /** Position of the image, from 0, as in `oci:DIR:@1`. */
  readonly position: number | undefined;
}

/** An image that a docker engine holds, by name or by its id. */
export interface DaemonReference {
  readonly transport: 'docker-daemon';
  readonly name: string;
}

export type ImageReference = RegistryReference | FileReference | DaemonReference;

const HOST = /^(?:\[[0-9a-fA-F:.]{2,45}\]|[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?)(?::\d{1,5})?$/;
const SEGMENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const MAX_LENGTH = 4096;
const MAX_NAME = 255;
const DOCKER_HUB = 'docker.io';

/**
 * Reads an image as skopeo spells it (containers-transports(5)): `host/repository[:tag][@digest]` with or without
 * `docker://`, `oci:DIR[:NAME]`, `oci-archive:FILE[:NAME]`, `docker-archive:FILE[:NAME]`, `docker-daemon:NAME`.
 * Only `docker://` without a host means docker.io. Throws `reference-invalid`.
 */
export function parseReference(text: string): ImageReference {
  if (text.length > MAX_LENGTH) throw invalid(text, `longer than ${MAX_LENGTH} characters`);
  if (/\p{Cc}/u.test(text)) throw invalid(text, 'it holds control characters');
  const transport = /^(oci|oci-archive|docker-archive|docker-daemon|dir|containers-storage|docker):/.exec(text)?.[1];
  const rest = transport === undefined ? text : text.slice(transport.length + 1);
  switch (transport) {
    case 'oci':
    case 'oci-archive':
    case 'docker-archive':
      return parseFile(transport, rest, text);
    case 'docker-daemon':
      if (rest === '') throw invalid(text, 'name the image, as in docker-daemon:shop/app:1');
      return { transport, name: rest };
    case 'docker':
      if (rest.startsWith('//')) return withHub(parseRegistryReference(rest.slice(2)));
      return parseRegistryReference(text);
    case 'dir':
    case 'containers-storage':
      if (/^[\w][\w.-]*$/.test(rest)) return parseRegistryReference(text);
      throw invalid(text, `the transport ${transport}: is not read here; copy to oci:DIR with skopeo first`);
    case undefined:
    default:
      return parseRegistryReference(text);
  }
}

function parseFile(transport: FileReference['transport'], rest: string, text: string): FileReference {
  const drive = /^[a-zA-Z]:[\\/]/.test(rest) ? 2 : 0;
  const cut = rest.indexOf(':', drive);
  const path = cut < 0 ? rest : rest.slice(0, cut);
  const name = cut < 0 ? undefined : rest.slice(cut + 1);
  if (path === '') throw invalid(text, `name a ${transport === 'oci' ? 'folder' : 'file'}`);
  if (name === '') throw invalid(text, 'nothing follows the colon');
  const position = name !== undefined && /^@\d{1,6}$/.test(name) ? Number(name.slice(1)) : undefined;
  return { transport, path, name: position === undefined ? name : undefined, position };
}

/** `[host/]repository[:tag][@digest]`; the first part is a host when it has a dot or a port or is `localhost`. */
export function parseRegistryReference(text: string): RegistryReference {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) throw invalid(text, 'what follows @ is no sha256 or sha512 digest');
  const named = at < 0 ? text : text.slice(0, at);
  const slash = named.indexOf('/');
  const first = named.slice(0, Math.max(slash, 0));
  const host = slash > 0 && looksLikeHost(first) ? first : undefined;
  if (host !== undefined && (!HOST.test(host) || !portIsValid(host))) throw invalid(text, `${host} is no host`);
  const path = host === undefined ? named : named.slice(slash + 1);
  const colon = path.lastIndexOf(':');
  const tagged = colon > path.lastIndexOf('/');
  const repository = tagged ? path.slice(0, colon) : path;
  if (!isRepositoryPath(repository) || repository.length + (host?.length ?? -1) + 1 > MAX_NAME)
    throw invalid(
      text,
      'a repository has lower case letters, digits and single . _ - between them, parts divided by /',
    );
  return {
    transport: 'registry',
    host,
    repository,
    tag: tagged ? parseTag(path.slice(colon + 1)) : undefined,
    digest,
  };
}

function looksLikeHost(first: string): boolean {
  return /[.:A-Z]/.test(first) || first === 'localhost';
}

function portIsValid(host: string): boolean {
  const port = /:(\d+)$/.exec(host)?.[1];
  return port === undefined || host.endsWith(']') || (Number(port) >= 1 && Number(port) <= 65_535);
}

function isRepositoryPath(path: string): boolean {
  return path.length <= MAX_NAME && path.split('/').every((segment) => SEGMENT.test(segment));
}

function withHub(reference: RegistryReference): RegistryReference {
  if (reference.host !== undefined && reference.host !== DOCKER_HUB) return reference;
  const { repository } = reference;
  return {
    ...reference,
    host: DOCKER_HUB,
    repository: repository.includes('/') ? repository : `library/${repository}`,
  };
}

/** The spelling that `parseReference` reads back to an equal reference. */
export function formatReference(reference: ImageReference): string {
  if (reference.transport === 'docker-daemon') return `docker-daemon:${reference.name}`;
  if (reference.transport !== 'registry') {
    const { transport, path, name, position } = reference;
    const which = position === undefined ? name : `@${position}`;
    return `${transport}:${path}${which === undefined ? '' : `:${which}`}`;
  }
  const { host, repository, tag, digest } = reference;
  return `${host === undefined ? '' : `${host}/`}${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** What follows `/manifests/` for a reference: its digest, else its tag, else `latest`. */
export function manifestOf(reference: RegistryReference): string {
  return reference.digest ?? reference.tag ?? 'latest';
}

function invalid(text: string, reason: string): AssayError {
  return new AssayError('reference-invalid', `not an image: ${JSON.stringify(text.slice(0, 100))}: ${reason}`);
}
