import { z } from 'zod';
import { endpoint } from './endpoint.ts';

/**
 * Assay as a scanner of Harbor (Harbor Scanner Adapter API 1.2): Harbor is given the address `https://HOST/api/harbor`
 * and a token, and asks below it for `/api/v1/…`.
 */
const BASE = '/api/harbor/api/v1';

export const harborTypes = {
  metadata: 'application/vnd.scanner.adapter.metadata+json; version=1.1',
  accepted: 'application/vnd.scanner.adapter.scan.response+json; version=1.0',
  error: 'application/vnd.scanner.adapter.error+json; version=1.0',
  vulnerabilities: 'application/vnd.security.vulnerability.report; version=1.1',
  vulnerabilitiesBefore: 'application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0',
  raw: 'application/vnd.scanner.adapter.vuln.report.raw',
  sbom: 'application/vnd.security.sbom.report+json; version=1.0',
} as const;

export const sbomMediaTypes = ['application/spdx+json', 'application/vnd.cyclonedx+json'] as const;

const artifact = z.object({
  repository: z.string().min(1).max(300),
  digest: z.string().min(1).max(200),
  tag: z.string().max(200).optional(),
  mime_type: z.string().max(200).optional(),
});

export const getScannerMetadata = endpoint({
  id: 'getScannerMetadata',
  method: 'GET',
  path: `${BASE}/metadata`,
  summary: 'Harbor: what this scanner takes and gives',
  right: 'signed-in',
  wire: 'harbor',
  answer: z.record(z.string(), z.unknown()),
  errors: ['unauthorized'],
});

export const acceptScan = endpoint({
  id: 'acceptScan',
  method: 'POST',
  path: `${BASE}/scan`,
  summary: 'Harbor: scan an image of a registry that the administrator listed in scannerRegistries',
  right: 'signed-in',
  wire: 'harbor',
  body: z.object({
    registry: z.object({ url: z.url().max(500), authorization: z.string().max(16_384).optional() }),
    artifact,
    enabled_capabilities: z
      .array(z.looseObject({ type: z.string().max(100) }))
      .max(20)
      .optional(),
  }),
  answer: z.object({ id: z.string() }),
  status: 202,
  errors: ['input-invalid', 'address-refused', 'digest-invalid', 'too-many-requests', 'unauthorized'],
});

export const getScanReport = endpoint({
  id: 'getScanReport',
  method: 'GET',
  path: `${BASE}/scan/{id}/report`,
  summary: 'Harbor: the report of a scan, in the form that Accept names; 302 while it is being made',
  right: 'signed-in',
  wire: 'harbor',
  params: z.object({ id: z.string().max(100) }),
  query: z.object({ sbom_media_type: z.enum(sbomMediaTypes).optional() }),
  answer: z.record(z.string(), z.unknown()),
  errors: ['not-found', 'input-invalid', 'analysis-failed', 'not-implemented', 'unauthorized'],
});
