import { debianTracker } from './debian.ts';
import type { FeedReader } from './feed.ts';

/** Every feed, one line each. */
export const feedReaders: readonly FeedReader[] = [debianTracker];
