import type { PublishRules } from '../publish/validate.ts';
import { interpretNotary, notaryScheme, readNotaryEnvelope, recallNotary } from './read.ts';
import { validateRoot } from './validate-root.ts';

export const notaryPublishRules: PublishRules = {
  schemeOf: notaryScheme,
  readOuter: readNotaryEnvelope,
  interpret: interpretNotary,
  recall: recallNotary,
  validateRoot,
};
