import { buildx } from './export-builds.ts';
import { kyverno, policyController } from './export-clusters.ts';
import { containerd, cosign, notation, podman } from './export-hosts.ts';
import type { Exported, ExportRequest } from './export-request.ts';

/** Clients that get a configuration of their own. */
export const exportTargets = [
  'podman',
  'containerd',
  'kyverno',
  'policy-controller',
  'cosign',
  'notation',
  'buildx',
] as const;
export type ExportTarget = (typeof exportTargets)[number];

const makers: Readonly<Record<ExportTarget, (request: ExportRequest, left: string[]) => Exported['files']>> = {
  podman,
  containerd,
  kyverno,
  'policy-controller': policyController,
  cosign,
  notation,
  buildx,
};

/** The configuration of a client that follows these policies as far as it can. */
export function exportPolicies(target: ExportTarget, request: ExportRequest): Exported {
  const left: string[] = [];
  const files = makers[target](request, left);
  return { files, left };
}
