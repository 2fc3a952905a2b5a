import { spdxLicence } from '../../sbom/licence.ts';
import type { Severity } from '../../advisories/advisory.ts';
import type { ExaminedImage, ImageExaminer } from '../image-examiner.ts';
import type { Observation } from '../observation.ts';
import { categoryOf, type LicenceCategory } from './categories.ts';

const NAMED = 12;

/** Categories that are told of; the others ask for no more than their notice. */
const told: Partial<Record<LicenceCategory, { severity: Severity; title: string; cure: string }>> = {
  forbidden: {
    severity: 'high',
    title: 'Licence that many forbid: it reaches users over the network or is not free for every purpose',
    cure: 'replace the package, or have the use cleared',
  },
  restricted: {
    severity: 'low',
    title: 'Licence that asks for the source of what is built on it',
    cure: 'offer the source with the image',
  },
  reciprocal: {
    severity: 'negligible',
    title: 'Licence that asks for the source of its changed files',
    cure: 'publish changes of these files',
  },
  unknown: {
    severity: 'low',
    title: 'Licence that is not known by its name',
    cure: 'look at the text of the package',
  },
};

/** Licences of packages as they declare them, by what they ask; one finding a licence, with the packages that bear it. */
export const licences: ImageExaminer = {
  name: 'licences',
  version: 1,
  examine(image) {
    const bearers = new Map<string, Set<string>>();
    const silent = new Set<string>();
    for (const { name, licences: declared, ownedBy, type } of image.packages) {
      if (ownedBy !== undefined) continue;
      const expression = declared ? spdxLicence(declared)?.expression : undefined;
      if (expression === undefined) {
        if (type !== 'golang') silent.add(name);
        continue;
      }
      const known = bearers.get(expression);
      if (known) known.add(name);
      else bearers.set(expression, new Set([name]));
    }
    return [...byLicence(bearers), ...withoutLicence(silent, image)];
  },
};

function byLicence(bearers: ReadonlyMap<string, ReadonlySet<string>>): Observation[] {
  return [...bearers].flatMap(([expression, names]) => {
    const category = categoryOf(expression);
    const words = told[category];
    if (!words) return [];
    return [
      {
        kind: 'licence',
        id: `${category}-licence`,
        ...words,
        place: 'image',
        detail: `${expression.slice(0, 300)}: ${listed(names)}`,
      } satisfies Observation,
    ];
  });
}

/** Lock files and jars seldom say; of the rest a package without any licence is worth a line. */
function withoutLicence(names: ReadonlySet<string>, { packages }: ExaminedImage): Observation[] {
  const concerned = new Set(
    packages.flatMap((each) =>
      names.has(each.name) && each.declared !== true && each.type !== 'maven' && each.type !== 'generic'
        ? [each.name]
        : [],
    ),
  );
  if (concerned.size === 0) return [];
  return [
    {
      kind: 'licence',
      id: 'no-licence',
      title: 'Packages that declare no licence',
      severity: 'negligible',
      place: 'image',
      detail: listed(concerned),
      cure: 'look at the text of the package',
    },
  ];
}

function listed(names: ReadonlySet<string>): string {
  const all = [...names].sort();
  const more = all.length - NAMED;
  return `${all.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
