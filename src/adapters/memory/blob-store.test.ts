import { blobStoreContract } from '../../../test/contracts/blob-store.ts';
import { memoryBlobStore } from './blob-store.ts';

blobStoreContract('blob store in memory', () => Promise.resolve(memoryBlobStore()));
