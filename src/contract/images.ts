import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { observationKinds } from '../content/findings/observation.ts';
import { report, reportFinding, reportObservation, reportPackage } from './report.ts';
import { fileTypes } from '../content/image/file-list.ts';
import { judgement, listOf, listQuery, platform, repositoryParam, severity, time } from './shapes.ts';

const inImage = z.object({ repository: repositoryParam, reference: z.string().max(200) });

const layer = z.object({
  digest: z.string(),
  mediaType: z.string(),
  size: z.number().int(),
  /** The history step that made it; absent when the history does not match the layers. */
  instruction: z.string().optional(),
  createdAt: z.string().optional(),
  packages: z.number().int(),
  empty: z.boolean(),
});

export const image = z.object({
  repository: z.string(),
  digest: z.string(),
  mediaType: z.string(),
  kind: z.enum(['image', 'index', 'artifact']),
  artifactType: z.string().optional(),
  size: z.number().int(),
  tags: z.array(z.string()),
  annotations: z.record(z.string(), z.string()),
  subject: z.string().optional(),
  platform: platform.optional(),
  createdAt: z.string().optional(),
  /** Of an index: the images in it. */
  manifests: z
    .array(
      z.object({
        digest: z.string(),
        mediaType: z.string(),
        size: z.number().int(),
        platform: platform.optional(),
        present: z.boolean(),
        judgement,
      }),
    )
    .optional(),
  configuration: z.record(z.string(), z.unknown()).optional(),
  /** Oldest first; steps without a layer are marked empty. */
  layers: z.array(layer).optional(),
  distribution: z.object({ id: z.string(), version: z.string(), name: z.string() }).optional(),
  judgement,
  /** While it is being analysed: how many of its layers are read. */
  progress: z.object({ done: z.number().int(), layers: z.number().int() }).optional(),
  pulls: z.object({ total: z.number().int(), lastDay: z.string().optional() }),
  history: z.array(z.object({ tag: z.string(), moves: z.number().int(), updatedAt: time })),
});

export const getImage = endpoint({
  id: 'getImage',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}',
  summary: 'An image by tag or digest: manifest, configuration, layers, where its analysis stands',
  right: 'viewer',
  params: inImage,
  answer: image,
  errors: ['name-unknown', 'manifest-unknown', 'tag-invalid', 'digest-invalid'],
});

export const getReport = endpoint({
  id: 'getReport',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/report',
  summary: 'The whole report: packages and findings with their evidence',
  right: 'viewer',
  params: inImage,
  query: z.object({ platform: z.string().max(100).optional() }),
  answer: report,
  errors: ['name-unknown', 'manifest-unknown', 'not-analysed', 'unsupported'],
});

export const listFindings = endpoint({
  id: 'listFindings',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/findings',
  summary: 'Findings of an image, worst first',
  right: 'viewer',
  params: inImage,
  query: z.object({
    fixable: z.stringbool().optional(),
    severity: z.string().max(100).optional(),
    search: z.string().max(100).optional(),
  }),
  answer: z.object({ items: z.array(reportFinding) }),
  errors: ['name-unknown', 'manifest-unknown', 'not-analysed'],
});

export const listObservations = endpoint({
  id: 'listObservations',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/observations',
  summary: 'Secrets, malware, licences, practices and minimality of an image',
  right: 'viewer',
  params: inImage,
  query: z.object({ kind: z.enum(observationKinds).optional() }),
  answer: z.object({ items: z.array(reportObservation) }),
  errors: ['name-unknown', 'manifest-unknown', 'not-analysed'],
});

export const listPackages = endpoint({
  id: 'listPackages',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/packages',
  summary: 'Packages of an image',
  right: 'viewer',
  params: inImage,
  query: z.object({ search: z.string().max(100).optional() }),
  answer: z.object({ items: z.array(reportPackage.extend({ findings: z.number().int() })) }),
  errors: ['name-unknown', 'manifest-unknown', 'not-analysed'],
});

const comparedPackage = z.object({
  name: z.string(),
  type: z.string(),
  before: z.array(z.string()),
  after: z.array(z.string()),
});
const comparedFinding = z.object({
  kind: z.string(),
  id: z.string(),
  severity,
  subject: z.string(),
  version: z.string().optional(),
  fixedVersion: z.string().optional(),
  title: z.string().optional(),
});

export const compareImages = endpoint({
  id: 'compareImages',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/comparison',
  summary: 'What an image has otherwise than another one of the repository: packages and findings',
  right: 'viewer',
  params: inImage,
  query: z.object({ with: z.string().min(1).max(200), platform: z.string().max(100).optional() }),
  answer: z.object({
    before: z.object({ reference: z.string(), digest: z.string() }),
    after: z.object({ reference: z.string(), digest: z.string() }),
    packages: z.object({
      added: z.array(comparedPackage),
      removed: z.array(comparedPackage),
      changed: z.array(comparedPackage),
      same: z.number().int(),
    }),
    findings: z.object({
      added: z.array(comparedFinding),
      removed: z.array(comparedFinding),
      same: z.number().int(),
    }),
  }),
  errors: ['name-unknown', 'manifest-unknown', 'not-analysed', 'unsupported'],
});

export const getDependencies = endpoint({
  id: 'getDependencies',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/dependencies',
  summary: 'Packages of an image and which of them each needs, as package databases, manifests and lock files say',
  right: 'viewer',
  params: inImage,
  answer: z.object({
    items: z.array(
      z.object({
        purl: z.string(),
        type: z.string(),
        name: z.string(),
        version: z.string(),
        path: z.string(),
        declared: z.literal(true).optional(),
        /** Positions in this list. */
        needs: z.array(z.number().int()),
      }),
    ),
  }),
  errors: ['name-unknown', 'manifest-unknown', 'not-analysed', 'unsupported'],
});

/** A path of one layer, as its tar has it; deleted later or not. */
export const layerFile = z.object({
  path: z.string(),
  type: z.enum(fileTypes),
  size: z.number().int(),
  mode: z.number().int(),
  uid: z.number().int(),
  gid: z.number().int(),
  /** Of regular files. */
  digest: z.string().optional(),
  link: z.string().optional(),
});

export const listLayerFiles = endpoint({
  id: 'listLayerFiles',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/layers/{layer}/files',
  summary: 'Every file that a layer of the image brings or removes, by path, with its digest',
  right: 'viewer',
  params: inImage.extend({ layer: z.string().max(200) }),
  query: z.object({ ...listQuery, prefix: z.string().max(4096).default('') }),
  answer: listOf(layerFile).extend({
    total: z.number().int(),
    /** The layer has more files than are kept. */
    cut: z.boolean(),
  }),
  errors: ['name-unknown', 'manifest-unknown', 'blob-unknown', 'not-analysed', 'digest-invalid'],
});

export const listReferrers = endpoint({
  id: 'listReferrers',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/referrers',
  summary: 'Signatures, attestations and other artifacts that refer to the image',
  right: 'viewer',
  params: inImage,
  answer: z.object({
    items: z.array(
      z.object({
        digest: z.string(),
        mediaType: z.string(),
        artifactType: z.string().optional(),
        size: z.number().int(),
        annotations: z.record(z.string(), z.string()),
      }),
    ),
  }),
  errors: ['name-unknown', 'manifest-unknown'],
});

export const getManifest = endpoint({
  id: 'getManifest',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/manifest',
  summary: 'The stored manifest as text, for reading; clients take its bytes from /v2',
  right: 'viewer',
  params: inImage,
  answer: z.object({ digest: z.string(), mediaType: z.string(), size: z.number().int(), text: z.string() }),
  errors: ['name-unknown', 'manifest-unknown'],
});

export const deleteImage = endpoint({
  id: 'deleteImage',
  method: 'DELETE',
  path: '/api/v1/repositories/{repository}/images/{reference}',
  summary: 'Delete a manifest, by digest, with the tags that name it',
  right: 'signed-in',
  params: inImage,
  errors: ['name-unknown', 'manifest-unknown', 'denied', 'unauthorized'],
});
