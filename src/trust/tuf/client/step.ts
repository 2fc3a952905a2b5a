import type { RoleName } from '../metadata.ts';

/**
 * What a workflow asks of whoever runs it, one step at a time. It is fed bytes, or undefined for "not there"; what
 * failed on the way is thrown into it. The workflow itself touches neither network, files nor clock.
 */
export type Step =
  /** Reads a file of the repository, at most so many bytes. */
  | { readonly kind: 'fetch'; readonly name: string; readonly maxBytes: number }
  /** Reads the trusted file of a role as the last update left it. */
  | { readonly kind: 'load'; readonly role: RoleName }
  /** Makes a file the trusted one of its role, durably. */
  | { readonly kind: 'keep'; readonly role: RoleName; readonly raw: Uint8Array }
  | { readonly kind: 'forget'; readonly role: RoleName }
  /** Tells a person about something that did not stop the workflow. */
  | { readonly kind: 'warn'; readonly text: string };

export type Workflow<T> = Generator<Step, T, Uint8Array | undefined>;

export function* fetchFile(name: string, maxBytes: number): Workflow<Uint8Array | undefined> {
  return yield { kind: 'fetch', name, maxBytes };
}

export function* loadFile(role: RoleName): Workflow<Uint8Array | undefined> {
  return yield { kind: 'load', role };
}

export function* keepFile(role: RoleName, raw: Uint8Array): Workflow<void> {
  yield { kind: 'keep', role, raw };
}
