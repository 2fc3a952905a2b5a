import type { ExaminedImage, ImageExaminer } from '../image-examiner.ts';
import type { Observation } from '../observation.ts';
import type { PracticeCheck } from './check.ts';
import { configurationChecks } from './configuration-checks.ts';
import { fileChecks } from './file-checks.ts';

/** Every check of an image's making. */
export const practiceChecks: readonly PracticeCheck[] = [...configurationChecks, ...fileChecks];

/** How the image is built: CIS Docker Benchmark section 4, dockle's checks, and some of our own. */
export const practices: ImageExaminer = {
  name: 'practices',
  examine: (image) => practiceChecks.flatMap((check) => run(check, image)),
};

function run(check: PracticeCheck, image: ExaminedImage): Observation[] {
  const { id, title, severity, cure, also } = check;
  return check.find(image).map((found) => ({
    kind: 'practice',
    id,
    title,
    severity,
    cure,
    place: found.path === undefined ? (found.line === undefined ? 'configuration' : 'history') : 'file',
    ...(also.length > 0 && { aliases: [...also] }),
    ...found,
  }));
}
