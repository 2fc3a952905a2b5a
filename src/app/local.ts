import { homedir } from 'node:os';
import { join } from 'node:path';
import { folderInventoryCache } from '../adapters/analysis/inventory-cache.ts';
import { analysisProgram, processAnalyser } from '../adapters/analysis/process-analyser.ts';
import { openAdvisorySets } from '../adapters/advisories/sqlite-sets.ts';
import type { ImageAccess, LocalAnalysis } from '../cli/command.ts';
import { systemClock } from '../lib/clock.ts';
import type { ImageReference } from '../oci/reference.ts';
import type { AdvisorySets } from '../ports/advisory-sets.ts';
import type { ImageSource } from '../ports/image-source.ts';
import { packageRoot } from './root.ts';

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
    advisories: advisories.current(),
    clock: systemClock,
    cache: folderInventoryCache(join(cacheFolder(environment), 'layers')),
    [Symbol.dispose]: () => advisories.close(),
  };
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
