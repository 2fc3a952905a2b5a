import { alpineSecdb } from './alpine.ts';
import { debianTracker } from './debian.ts';
import type { FeedReader } from './feed.ts';
import { kev } from './kev.ts';
import { osv } from './osv.ts';

/** Every feed, one line each; a file of unknown kind is shown to them in this order. */
export const feedReaders: readonly FeedReader[] = [debianTracker, alpineSecdb, kev, osv];
