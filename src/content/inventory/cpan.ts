import type { Analyser } from './analyser.ts';
import { readJsonObject } from './json-text.ts';
import type { FoundPackage } from './package.ts';
import { field, linesOf, textOf } from './text-files.ts';

const INSTALL = /\/\.meta\/[^/]+\/install\.json$/;

/** Perl: what cpanm, cpan and `make install` note of the distributions that they installed. */
export const cpan: Analyser = {
  name: 'cpan',
  reads: '`.meta/*/install.json` (cpanm) and `perllocal.pod` (ExtUtils::MakeMaker)',
  limits: 'modules of Perl itself are part of Perl; no advisories are known by distribution of CPAN',
  maxBytes: 8 * 1024 * 1024,
  wants: (path) => path.endsWith('/perllocal.pod') || (path.endsWith('/install.json') && INSTALL.test(path)),
  read(file) {
    const packages = file.path.endsWith('.json')
      ? fromInstall(readJsonObject(file.bytes, 'the note of cpanm'))
      : fromLocal(textOf(file.bytes));
    return packages.length > 0 ? { evidence: { analyser: 'cpan', path: file.path, packages } } : undefined;
  },
};

/** `"dist": "Mojo-Log-1.02"`, `"pathname": "S/SR/SRI/Mojo-Log-1.02.tar.gz"`. */
function fromInstall(note: Readonly<Record<string, unknown>>): FoundPackage[] {
  const distribution = /^([A-Za-z][\w-]*)-v?(\d[\w.]*(?:-TRIAL)?)$/.exec(field(note['dist']) ?? '');
  if (!distribution) return [];
  const author = /^[A-Z]\/[A-Z]{2}\/([A-Z][A-Z0-9-]{1,60})\//.exec(field(note['pathname']) ?? '')?.[1];
  return [{ type: 'cpan', name: distribution[1]!, version: distribution[2]!, ...(author && { namespace: author }) }];
}

/** A heading for each act of installing, below it `C<VERSION: 1.02>`; the last one of a module counts. */
function fromLocal(text: string): FoundPackage[] {
  const versions = new Map<string, string>();
  let name: string | undefined;
  for (const line of linesOf(text)) {
    const short = line.slice(0, 500);
    if (short.startsWith('=head2')) name = /C<Module> L<([\w:]{1,200})\|/.exec(short)?.[1]?.replaceAll('::', '-');
    const version = name && /^C<VERSION: v?(\d[\w.]{0,60})>$/.exec(short)?.[1];
    if (name && version) versions.set(name, version);
  }
  return [...versions].map(([module, version]) => ({ type: 'cpan', name: module, version }));
}
