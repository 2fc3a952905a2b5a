import { z } from 'zod';
import { endpoint } from './endpoint.ts';

/**
 * The reports of Clair 4 of images that this registry holds: `https://HOST/api/clair/indexer` and `…/matcher` stand in
 * for Clair's two services. A digest is looked for in every repository that the caller may pull from.
 */
const ofManifest = z.object({ manifest: z.string().max(200) });
const document = z.record(z.string(), z.unknown());

export const getClairState = endpoint({
  id: 'getClairState',
  method: 'GET',
  path: '/api/clair/indexer/api/v1/index_state',
  summary: 'Clair: a value that changes with the analysers',
  right: 'viewer',
  wire: 'clair',
  answer: z.object({ state: z.string() }),
  errors: [],
});

export const getClairIndex = endpoint({
  id: 'getClairIndex',
  method: 'GET',
  path: '/api/clair/indexer/api/v1/index_report/{manifest}',
  summary: 'Clair: what is in an image',
  right: 'viewer',
  wire: 'clair',
  params: ofManifest,
  answer: document,
  errors: ['manifest-unknown', 'digest-invalid', 'not-analysed'],
});

export const makeClairIndex = endpoint({
  id: 'makeClairIndex',
  method: 'POST',
  path: '/api/clair/indexer/api/v1/index_report',
  summary: 'Clair: what is in an image that this registry holds; nothing is fetched from elsewhere',
  right: 'viewer',
  wire: 'clair',
  body: z.looseObject({ hash: z.string().max(200) }),
  maxBodyBytes: 1024 * 1024,
  answer: document,
  status: 201,
  errors: ['manifest-unknown', 'digest-invalid', 'not-analysed', 'input-invalid'],
});

export const getClairReport = endpoint({
  id: 'getClairReport',
  method: 'GET',
  path: '/api/clair/matcher/api/v1/vulnerability_report/{manifest}',
  summary: 'Clair: the vulnerabilities of an image, judged by the advisories in force',
  right: 'viewer',
  wire: 'clair',
  params: ofManifest,
  answer: document,
  errors: ['manifest-unknown', 'digest-invalid', 'not-analysed'],
});
