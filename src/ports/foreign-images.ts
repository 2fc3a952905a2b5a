import type { Digest } from '../oci/digest.ts';
import type { ImageSource } from './image-source.ts';

/** An image in a registry that somebody else runs, with what opens it. */
export interface ForeignImage {
  /** host[:port] */
  readonly host: string;
  readonly repository: string;
  readonly digest: Digest;
  /** Value of the Authorization header that the registry takes; kept no longer than the image is read. */
  readonly authorization: string | undefined;
}

/** Images of the registries that an administrator listed. */
export interface ForeignImages {
  /** Throws `address-refused` for a registry that is not listed. */
  check(host: string): void;
  open(image: ForeignImage): Promise<ImageSource>;
}
