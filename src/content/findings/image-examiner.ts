import type { FinalView } from '../image/final-view.ts';
import type { HistoryStep } from '../image/history.ts';
import type { LayerContents } from '../image/layer-contents.ts';
import type { Distribution, InstalledPackage } from '../inventory/package.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import { licences } from './licences/licences.ts';
import { digests } from './malware/digests.ts';
import { minimality } from './minimality/minimality.ts';
import type { Observation } from './observation.ts';
import { practices } from './practices/practices.ts';
import { configurationSecrets } from './secrets/configuration-secrets.ts';

/** Everything that is known of an image once its layers are read. */
export interface ExaminedImage {
  readonly config: ImageConfig | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly steps: readonly HistoryStep[];
  readonly layers: readonly LayerContents[];
  readonly view: FinalView;
  readonly packages: readonly InstalledPackage[];
  readonly distribution: Distribution | undefined;
}

/** Looks at a whole image for one kind of finding; pure. */
export interface ImageExaminer {
  readonly name: string;
  examine(image: ExaminedImage): Observation[];
}

/** Every examiner of images, one line each. */
export const imageExaminers: readonly ImageExaminer[] = [
  configurationSecrets,
  digests,
  practices,
  minimality,
  licences,
];
