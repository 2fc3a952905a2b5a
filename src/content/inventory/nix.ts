import type { Analyser } from './analyser.ts';

const STORE = /^nix\/store\/[0-9a-df-np-sv-z]{32}-([^/]{1,211})$/;
/** Outputs of one derivation beside its main one (Nixpkgs manual, "Multiple-output packages"). */
const OUTPUTS = /-(?:bin|dev|lib|out|man|doc|info|devdoc|debug|data|static|dist)$/;

/** Nix: folders of the store are named by a digest, the package and its version (Nix manual, "Store path"). */
export const nix: Analyser = {
  name: 'nix',
  reads: 'names of folders in `/nix/store`',
  limits: 'paths without a version in their name are left out; no advisories are known by Nix package',
  maxBytes: 0,
  wants: () => false,
  read: () => undefined,
  folder(path) {
    const base = path.startsWith('nix/store/') ? STORE.exec(path)?.[1] : undefined;
    if (base === undefined || base.endsWith('.drv')) return undefined;
    const parts = /^([A-Za-z0-9_+.-]*?[A-Za-z0-9_+.])-(\d[A-Za-z0-9_+.~-]*)$/.exec(base.replace(OUTPUTS, ''));
    return parts ? { type: 'nix', name: parts[1]!, version: parts[2]! } : undefined;
  },
};
