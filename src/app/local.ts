import { homedir } from 'node:os';
import { join } from 'node:path';
import { folderInventoryCache } from '../adapters/analysis/inventory-cache.ts';
import { analysisProgram, processAnalyser } from '../adapters/analysis/process-analyser.ts';
import { openAdvisorySets } from '../adapters/advisories/sqlite-sets.ts';
import { clamdScanner } from '../adapters/clamav/clamd.ts';
import type { ImageAccess, LocalAnalysis } from '../cli/command.ts';
import { systemClock } from '../lib/clock.ts';
import { AssayError } from '../lib/error.ts';
import type { ImageReference } from '../oci/reference.ts';
import type { AdvisorySets } from '../ports/advisory-sets.ts';
import type { ImageSource, ImageTarget } from '../ports/image-source.ts';
import type { MalwareScanner } from '../ports/malware-scanner.ts';
import { packageRoot } from './root.ts';
import { settings } from './settings.ts';

export { runEngine } from '../adapters/engine/command-line.ts';

/** Where commands without a server keep what they know (XDG Base Directory Specification). */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const home = environment['XDG_CACHE_HOME'];
  return join(home?.startsWith('/') ? home : join(homedir(), '.cache'), 'assay');
}

export function openLocalAdvisories(environment: NodeJS.ProcessEnv): AdvisorySets {
  return openAdvisorySets(join(cacheFolder(environment), 'advisories'));
}

/** The parts of a scan without a server: the same analysis process, and the advisories of this user. */
export function openLocalAnalysis(environment: NodeJS.ProcessEnv): LocalAnalysis {
  const advisories = openLocalAdvisories(environment);
  return {
    analyser: processAnalyser(analysisProgram(packageRoot())),
    malware: localScanner(environment),
    advisories: advisories.current(),
    clock: systemClock,
    cache: folderInventoryCache(join(cacheFolder(environment), 'layers')),
    [Symbol.dispose]: () => advisories.close(),
  };
}

/** By the environment alone: a file of the folder that a command happens to run in does not name an engine. */
function localScanner(environment: NodeJS.ProcessEnv): MalwareScanner | undefined {
  const address = settings.clamd.schema.safeParse(environment['ASSAY_CLAMD'] ?? '');
  if (!address.success)
    throw new AssayError('configuration-invalid', 'ASSAY_CLAMD: write it as unix:PATH or host:port');
  return address.data === '' ? undefined : clamdScanner(address.data);
}

/** Opens an image where it is; each kind of place loads its own adapter. */
export async function openImage(reference: ImageReference, access: ImageAccess): Promise<ImageSource> {
  switch (reference.transport) {
    case 'oci':
      return (await import('../adapters/images/oci-layout.ts')).openOciLayout(reference);
    case 'oci-archive':
      return (await import('../adapters/images/oci-archive.ts')).openOciArchive(reference);
    case 'docker-archive':
      return (await import('../adapters/images/docker-archive.ts')).openDockerArchive(reference);
    case 'docker-daemon':
      return (await import('../adapters/images/docker-daemon.ts')).openDockerDaemon(reference.name, access.environment);
    case 'registry':
      return (await import('../adapters/images/registry-source.ts')).openRegistryImage(reference, access);
    default:
      return reference satisfies never;
  }
}

/** Opens a place to write an image to; `from` lets a registry take over what it holds already. */
export async function openTarget(
  reference: ImageReference,
  access: ImageAccess,
  from: ImageSource | undefined,
): Promise<ImageTarget> {
  switch (reference.transport) {
    case 'oci':
      return (await import('../adapters/images/layout-target.ts')).openLayoutTarget(reference);
    case 'oci-archive':
      return (await import('../adapters/images/archive-target.ts')).openArchiveTarget(reference);
    case 'registry':
      return (await import('../adapters/images/registry-target.ts')).openRegistryTarget(reference, access, from);
    case 'docker-archive':
    case 'docker-daemon':
      throw new AssayError(
        'unsupported',
        `${reference.transport}: is not written; write oci-archive:FILE, which docker load (25 and newer) and podman load read`,
      );
    default:
      return reference satisfies never;
  }
}

/** Asks a registry whether it takes a name and password. */
export async function checkSignIn(
  host: string,
  credential: { name: string; password: string },
  access: ImageAccess,
): Promise<void> {
  await (await import('../adapters/images/check-sign-in.ts')).checkSignIn(host, credential, access.http);
}
