import { MAX_METADATA_BYTES } from '../envelope.ts';
import type { Metadata } from '../metadata.ts';

/** Bytes read of a file whose length no other metadata tells (TUF specification 1.0.34: W, X, Y and Z of section 5). */
export const MAX_FETCH_BYTES: Readonly<Record<Metadata['type'], number>> = {
  root: 1024 * 1024,
  timestamp: 1024 * 1024,
  snapshot: 16 * 1024 * 1024,
  targets: 16 * 1024 * 1024,
};

/** Bytes read of a file whose length signed metadata tells. */
export const MAX_LISTED_BYTES = MAX_METADATA_BYTES;

/** Roots followed in one update (Y of section 5.3.3). */
export const MAX_ROOT_UPDATES = 1024;

/** Delegated roles looked at in one search (section 5.6.7.1), and files of delegations in one Notary collection. */
export const MAX_VISITED_ROLES = 1024;

/** Versions that may lie between two visits. No repository publishes that often; whoever jumps further wants to block it. */
export const MAX_VERSION_JUMP = 2 ** 31;
