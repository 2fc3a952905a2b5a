import { spdxLicence } from '../../sbom/licence.ts';
import type { Severity } from '../../advisories/advisory.ts';
import type { ExaminedImage, ImageExaminer } from '../image-examiner.ts';
import type { Observation } from '../observation.ts';
import { demandsOf, type LicenceCategory } from './categories.ts';

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
      for (const { licence, category } of demandsOf(expression)) {
        if (!told[category]) continue;
        const key = category === 'unknown' ? category : `${category} ${licence}`;
        const known = bearers.get(key);
        if (known) known.add(name);
        else bearers.set(key, new Set([name]));
      }
    }
    return [...byLicence(bearers), ...withoutLicence(silent, image)];
  },
};

function byLicence(bearers: ReadonlyMap<string, ReadonlySet<string>>): Observation[] {
  return [...bearers].flatMap(([key, names]) => {
    const blank = key.indexOf(' ');
    const category = (blank < 0 ? key : key.slice(0, blank)) as LicenceCategory;
    const words = told[category];
    if (!words) return [];
    const detail = blank < 0 ? listed(names) : `${key.slice(blank + 1, 200)}: ${listed(names)}`;
    return [{ kind: 'licence', id: `${category}-licence`, ...words, place: 'image', detail } satisfies Observation];
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
