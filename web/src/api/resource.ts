import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { ApiError, type Answer, call, type CallArguments, type EndpointId } from './client.ts';

interface Entry {
  readonly data?: unknown;
  readonly error?: ApiError | undefined;
  readonly loading: boolean;
  readonly loadedAt?: number;
}

const entries = new Map<string, Entry>();
const watchers = new Map<string, Set<() => void>>();
const NOTHING: Entry = { loading: false };

function put(key: string, entry: Entry): void {
  entries.set(key, entry);
  for (const told of watchers.get(key) ?? []) told();
}

let reachable = true;
const connectionWatchers = new Set<() => void>();

function setReachable(now: boolean): void {
  if (now === reachable) return;
  reachable = now;
  for (const told of connectionWatchers) told();
}

/** False while the last question to the server found no answer. */
export function useReachable(): boolean {
  return useSyncExternalStore(
    (told) => {
      connectionWatchers.add(told);
      return () => connectionWatchers.delete(told);
    },
    () => reachable,
  );
}

async function load(key: string, id: EndpointId, input: CallArguments<EndpointId>): Promise<void> {
  const before = entries.get(key) ?? NOTHING;
  if (before.loading) return;
  put(key, { ...before, loading: true });
  try {
    const data = await call(id, input);
    put(key, { data, loading: false, loadedAt: Date.now() });
    setReachable(true);
  } catch (error) {
    const known = error instanceof ApiError ? error : new ApiError(0, 'internal', String(error));
    put(key, { ...(entries.get(key) ?? NOTHING), error: known, loading: false, loadedAt: Date.now() });
    setReachable(known.status !== 0);
    if (known.status === 401 && id !== 'getMe') refresh('getMe');
  }
}

/** Forgets what is known of some endpoints, so that the next look asks the server; open views ask at once. */
export function refresh(...ids: readonly EndpointId[]): void {
  for (const key of entries.keys()) {
    if (!ids.some((id) => key.startsWith(`${id} `))) continue;
    entries.set(key, { ...entries.get(key)!, loading: false, loadedAt: 0 });
    for (const told of watchers.get(key) ?? []) told();
  }
}

/** Forgets everything: another person signed in, or nobody. */
export function forgetAll(): void {
  const keys = [...entries.keys()];
  entries.clear();
  for (const key of keys) for (const told of watchers.get(key) ?? []) told();
}

export interface Resource<T> {
  /** The newest answer; kept while a newer one is fetched and when that fails. */
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
}

const FRESH_MS = 5000;

/**
 * What an endpoint answers, kept between views. `again` says after how many milliseconds to ask again, judged by the
 * newest answer and how often it was asked; a hidden page does not ask.
 */
export function useResource<E extends EndpointId>(
  id: E,
  input: CallArguments<E> | undefined,
  again?: (data: Answer<E>, asked: number) => number | undefined,
): Resource<Answer<E>> {
  const key = input === undefined ? undefined : `${id} ${JSON.stringify(input)}`;
  const subscribe = useCallback(
    (told: () => void) => {
      if (key === undefined) return () => {};
      const set = watchers.get(key) ?? new Set();
      watchers.set(key, set.add(told));
      return () => set.delete(told);
    },
    [key],
  );
  const entry = useSyncExternalStore(subscribe, () => (key === undefined ? NOTHING : (entries.get(key) ?? NOTHING)));
  const asked = useRef(0);
  const reload = useCallback(() => {
    if (key !== undefined) void load(key, id, input as CallArguments<EndpointId>);
    // The key holds the whole input.
  }, [key, id]);
  useEffect(() => {
    asked.current = 0;
  }, [key]);
  useEffect(() => {
    if (key === undefined || entry.loading) return;
    const stale = entry.loadedAt === undefined || Date.now() - entry.loadedAt > FRESH_MS;
    if (entry.loadedAt === undefined || entry.loadedAt === 0 || (stale && asked.current === 0)) reload();
    asked.current += 1;
  }, [key, entry, reload]);
  useEffect(() => {
    const asks = entry.data !== undefined && again && !entry.loading;
    const wait = asks ? again(entry.data as Answer<E>, asked.current) : undefined;
    if (wait === undefined) return undefined;
    const ask = () => document.hidden || reload();
    const timer = setTimeout(ask, wait);
    document.addEventListener('visibilitychange', ask);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', ask);
    };
  }, [entry, again, reload]);
  return { data: entry.data as Answer<E> | undefined, error: entry.error, loading: entry.loading, reload };
}

/** The resource with its last answer while another of its kind is fetched, so that a list does not blink as one types. */
export function useLast<T>(resource: Resource<T>): Resource<T> {
  const last = useRef<T | undefined>(undefined);
  if (resource.data !== undefined) last.current = resource.data;
  return { ...resource, data: resource.data ?? last.current };
}

export interface Action<A extends readonly unknown[]> {
  readonly run: (...input: A) => Promise<boolean>;
  readonly busy: boolean;
  readonly error: ApiError | undefined;
}

/** A change a person asked for: busy while it runs, its refusal kept to be shown beside the button. */
export function useAction<A extends readonly unknown[]>(work: (...input: A) => Promise<void>): Action<A> {
  const [state, setState] = useState<{ busy: boolean; error: ApiError | undefined }>({ busy: false, error: undefined });
  const run = async (...input: A): Promise<boolean> => {
    setState({ busy: true, error: undefined });
    try {
      await work(...input);
      setState({ busy: false, error: undefined });
      return true;
    } catch (error) {
      const known = error instanceof ApiError ? error : new ApiError(0, 'internal', String(error));
      setState({ busy: false, error: known });
      if (known.code === 'unauthorized') refresh('getMe');
      return false;
    }
  };
  return { run, ...state };
}
