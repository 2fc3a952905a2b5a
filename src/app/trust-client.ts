import { homedir } from 'node:os';
import { join } from 'node:path';
import { trustedFolder } from '../adapters/fs/trusted-folder.ts';
import { openTrustServer } from '../adapters/images/registry-trust.ts';
import type { ImageAccess, OpenedTrust } from '../cli/command.ts';

/** Where this user keeps trusted metadata: what was verified last is what nobody may roll back. */
function trustFolder(environment: NodeJS.ProcessEnv): string {
  const data = environment['XDG_DATA_HOME'];
  const home = environment['HOME'] ?? homedir();
  return join(data?.startsWith('/') ? data : join(home, '.local', 'share'), 'assay', 'trust');
}

/** A collection on a trust server with the metadata of it that is trusted here. */
export function openTrust(host: string, gun: string, access: ImageAccess): OpenedTrust {
  const folder = join(trustFolder(access.environment), encodeURIComponent(gun));
  return {
    server: openTrustServer(host, gun, access),
    files: { notary: trustedFolder(join(folder, 'notary')), 'tuf-1.0': trustedFolder(join(folder, 'tuf-1.0')) },
  };
}
