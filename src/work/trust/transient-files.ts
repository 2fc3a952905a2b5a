import type { TrustedFiles } from '../../ports/trusted-files.ts';

/** Trusted metadata of one update that nobody comes back to: kept in memory. */
export function transientFiles(): TrustedFiles {
  const files = new Map<string, Uint8Array>();
  return {
    load: async (role) => files.get(role),
    keep: async (role, raw) => void files.set(role, raw),
    forget: async (role) => void files.delete(role),
  };
}
