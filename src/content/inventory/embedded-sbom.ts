import type { Analyser } from './analyser.ts';
import { readJsonObject } from './json-text.ts';
import { packagesOfSbom } from './sbom-packages.ts';

/** Written by what installed the packages: Bitnami's builds, and wheels with what was built into them (PEP 770). */
const INSTALLED = /^opt\/bitnami\/(?:.*\/)?\.spdx-[^/]+\.spdx$|\.dist-info\/sboms\/[^/]+\.json$/;
/** Written beside the packages, perhaps long before: what is installed outweighs it. */
const LYING = /^(?:usr\/(?:local\/)?share|usr\/(?:local\/)?lib|var\/lib|opt|layers|sboms?)\/.*\.(?:cdx|spdx)\.json$/;

/** Bills of materials that lie in an image, CycloneDX and SPDX in JSON. */
export const embeddedSbom: Analyser = {
  name: 'embedded-sbom',
  reads:
    'bills of materials: `/opt/bitnami/**/.spdx-*.spdx`, `*.dist-info/sboms/*.json` (PEP 770), `*.cdx.json` and `*.spdx.json` below `/usr/share`, `/usr/lib`, `/var/lib`, `/opt`, `/layers` and `/sbom`',
  limits:
    'JSON alone; entries without a package URL are known to no advisory, those without a version are told as unread; what merely lies there is marked `declared`',
  maxBytes: 64 * 1024 * 1024,
  wants: (path) => (path.endsWith('.json') || path.endsWith('.spdx')) && (INSTALLED.test(path) || LYING.test(path)),
  read(file) {
    const read = packagesOfSbom(readJsonObject(file.bytes, 'the bill of materials'));
    if (!read) return undefined;
    const installed = INSTALLED.test(file.path);
    const packages = installed ? read.packages : read.packages.map((each) => ({ ...each, declared: true as const }));
    return {
      ...(packages.length > 0 && { evidence: { analyser: 'embedded-sbom', path: file.path, packages } }),
      ...(read.unnamed > 0 && {
        incomplete: [
          { code: 'unsupported' as const, detail: `${read.unnamed} entries have no version or are of an unknown kind` },
        ],
      }),
    };
  },
};
