import { compareDebian } from './orders/deb.ts';

/** Negative when a is older than b, zero when they are the same to the package manager, positive when newer. */
export type CompareVersions = (a: string, b: string) => number;

/** One order per packaging system. */
export const versionOrders = {
  deb: compareDebian,
} as const satisfies Record<string, CompareVersions>;

export type VersionScheme = keyof typeof versionOrders;
