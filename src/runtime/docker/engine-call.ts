import { AssayError, isAssayError } from '../../lib/error.ts';
import { folded, membersOf, readBody, textOf } from './go-json.ts';
import { type ContainerWish, powersOfVolume, wishOf } from './host-config.ts';

/** A call of the Docker Engine API as the engine hands it to an authorisation plug-in. */
export interface EngineRequest {
  readonly method: string;
  /** As it came, with its query. */
  readonly uri: string;
  /** Absent when there was none, when it was no JSON by its header, or too large: the engine tells none of these apart. */
  readonly body: Uint8Array | undefined;
  readonly contentType: string;
}

/** What a call would do, as far as images and the host are concerned. */
export type EngineCall =
  | { readonly kind: 'pass' }
  | { readonly kind: 'create'; readonly image: string; readonly wish: ContainerWish }
  | { readonly kind: 'start'; readonly container: string }
  | { readonly kind: 'exec'; readonly container: string; readonly privileged: boolean }
  | { readonly kind: 'pull'; readonly image: string }
  /** Makes an image that came from no registry, or does what no list here names. */
  | { readonly kind: 'local'; readonly what: string }
  /** Could not be understood, and so could not be judged. */
  | { readonly kind: 'refuse'; readonly reason: string };

const PASS: EngineCall = { kind: 'pass' };
const refuse = (reason: string): EngineCall => ({ kind: 'refuse', reason });

/** Calls that bring no image, start nothing and give nothing of the host away (Docker Engine API, v1.24 to v1.52). */
const HARMLESS: readonly RegExp[] = [
  /^\/auth$/,
  /^\/build\/(?:prune|cancel)$/,
  /^\/containers\/prune$/,
  /^\/containers\/[^/]+\/(?:attach|kill|pause|rename|resize|stop|unpause|update|wait)$/,
  /^\/exec\/[^/]+\/(?:resize|start)$/,
  /^\/images\/prune$/,
  /^\/images\/.+\/(?:push|tag)$/,
  /^\/networks\/(?:create|prune)$/,
  /^\/networks\/[^/]+\/(?:connect|disconnect)$/,
  /^\/volumes\/prune$/,
];

/** Reads a call. Only what is known to be harmless passes unseen; what is not understood is refused. */
export function readCall(request: EngineRequest): EngineCall {
  const { method } = request;
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return PASS;
  const target = targetOf(request.uri);
  if (!target) return refuse('the address of the call is not written as the Engine API writes it');
  const { path, query } = target;
  if (method === 'DELETE') return PASS;
  if (method === 'PUT' && /^\/containers\/[^/]+\/archive$/.test(path)) return PASS;
  if (method !== 'POST') return { kind: 'local', what: `${method} ${path}` };
  try {
    return posted(path, query, request);
  } catch (error) {
    if (isAssayError(error, 'json-invalid', 'input-invalid')) return refuse(`its body: ${error.message}`);
    throw error;
  }
}

function posted(path: string, query: URLSearchParams, request: EngineRequest): EngineCall {
  if (path === '/containers/create') return create(request);
  const container = /^\/containers\/([^/]+)\/(start|restart|exec)$/.exec(path);
  if (container) {
    const [, name = '', verb] = container;
    if (verb === 'exec') return exec(name, request);
    return isBare(request.body)
      ? { kind: 'start', container: name }
      : refuse('a start that brings settings of its own');
  }
  if (path === '/images/create') return imageCreated(query, request);
  if (path === '/volumes/create') return volume(request);
  return HARMLESS.some((each) => each.test(path)) ? PASS : { kind: 'local', what: path.slice(0, 200) };
}

function create(request: EngineRequest): EngineCall {
  const body = membersOf(readBody(needed(request)), 'the body');
  const image = textOf(body.get('image'), 'Image');
  if (image === '') return refuse('it names no image');
  const wish = wishOf(body.get('hostconfig'));
  const networks = membersOf(
    membersOf(body.get('networkingconfig'), 'NetworkingConfig').get('endpointsconfig'),
    'EndpointsConfig',
  );
  const powers = networks.has('host') ? [...new Set([...wish.powers, 'network:host'])].sort() : wish.powers;
  return { kind: 'create', image, wish: { ...wish, powers } };
}

function exec(container: string, request: EngineRequest): EngineCall {
  const privileged = membersOf(readBody(needed(request)), 'the body').get(folded('Privileged')) ?? false;
  if (typeof privileged !== 'boolean') return refuse('Privileged is neither true nor false');
  return { kind: 'exec', container, privileged };
}

/** `docker pull` and `docker import` are one call. A form in the body would outweigh the query (net/http, ParseForm). */
function imageCreated(query: URLSearchParams, { contentType }: EngineRequest): EngineCall {
  if (/^\s*(?:application\/x-www-form-urlencoded|multipart\/)/i.test(contentType))
    return refuse('it sends a form, which the plug-in is not shown');
  const one = (name: string): string | undefined => {
    const all = query.getAll(name);
    return all.length > 1 ? undefined : (all[0] ?? '');
  };
  const [from, source, tag] = [one('fromImage'), one('fromSrc'), one('tag')];
  if (from === undefined || source === undefined || tag === undefined) return refuse('a parameter is given twice');
  if (source !== '' || from === '') return { kind: 'local', what: 'an import' };
  return { kind: 'pull', image: tag === '' ? from : tag.includes(':') ? `${from}@${tag}` : `${from}:${tag}` };
}

function volume(request: EngineRequest): EngineCall {
  const body = membersOf(readBody(needed(request)), 'the body');
  const [power] = powersOfVolume(body.get('driver'), body.get('driveropts'));
  return power === undefined ? PASS : { kind: 'local', what: `a volume that is ${power}` };
}

function needed({ body }: EngineRequest): Uint8Array {
  if (body && body.length > 0) return body;
  throw new AssayError(
    'input-invalid',
    'the engine did not hand it on: there is none, it is over 1 MiB or not called JSON',
  );
}

function isBare(body: Uint8Array | undefined): boolean {
  const text = body ? Buffer.from(body).toString('latin1').trim() : '';
  return text === '' || text === '{}' || text === 'null';
}

/** The path without its version, and the query; none for a spelling that a router might take for something else. */
function targetOf(uri: string): { path: string; query: URLSearchParams } | undefined {
  const cut = uri.indexOf('?');
  const written = cut < 0 ? uri : uri.slice(0, cut);
  let path: string;
  try {
    path = decodeURIComponent(written);
  } catch {
    return undefined;
  }
  if (!path.startsWith('/') || /\/\/|\/\.{1,2}(?:\/|$)|[\p{Cc}?#%\\]/u.test(path)) return undefined;
  const bare = path.replace(/^\/v\d{1,3}(?:\.\d{1,4}){0,2}(?=\/)/, '');
  return {
    path: bare.length > 1 ? bare.replace(/\/$/, '') : bare,
    query: new URLSearchParams(cut < 0 ? '' : uri.slice(cut + 1)),
  };
}
