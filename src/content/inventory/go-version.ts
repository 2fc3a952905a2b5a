import type { BuildInfo } from './go-build-info.ts';

/** `-X some/package.version=v1.2.3`: how builds put the version of a release into a program (Go's link command). */
const ASSIGNMENT = /-X[ =](["']?)([\w./-]+)\.(\w+)=v?(\d+\.\d+(?:\.\d+)?(?:[-+.][\w.+-]*)?)\1(?:\s|"|'|$)/g;
const NAMES = /^(?:git|build|app|release|product|main)?_?(?:version|tag|release|semver)(?:string|number)?$/i;
const MAX_FLAGS = 20_000;

/** The version of the main module: what the linker was told, where the module itself is only `(devel)` or a commit. */
export function mainVersion({ main, settings }: BuildInfo): string | undefined {
  if (main && main.version !== '(devel)' && main.version !== '') return main.version;
  const flags = settings.get('-ldflags')?.slice(0, MAX_FLAGS);
  if (!flags) return undefined;
  const found = [...flags.matchAll(ASSIGNMENT)].filter((match) => NAMES.test(match[3]!));
  const best =
    found.find((match) => match[2] === 'main') ?? found.find((match) => belongs(match[2]!, main?.path)) ?? found[0];
  return best && `v${best[4]}`;
}

function belongs(variable: string, module: string | undefined): boolean {
  return module !== undefined && variable.startsWith(module);
}
