import { zipEntries, type ZipLimits } from '../../lib/zip.ts';
import type { Analyser, Finding } from './analyser.ts';
import { pythonName, relations } from './relations.ts';
import { field, licenceField, linesOf, textOf } from './text-files.ts';

const METADATA = /(?:\.dist-info\/METADATA|\.egg-info\/PKG-INFO|\.egg\/EGG-INFO\/PKG-INFO|\.egg-info)$/;
const EGG = /\/(?:site|dist)-packages\/[^/]+\.egg$/;
const EGG_LIMITS: ZipLimits = {
  maxEntries: 50_000,
  maxEntryBytes: 4 * 1024 * 1024,
  maxTotalBytes: 8 * 1024 * 1024,
  maxRatio: 200,
};

/** Python packages as they are installed: core metadata of wheels (PEP 376, PEP 566) and of eggs. */
export const python: Analyser = {
  name: 'python',
  reads: '`*.dist-info/METADATA`, `*.egg-info` (file and folder), `*.egg` (folder and archive)',
  limits: 'programs frozen into one binary (PyInstaller, Nuitka) are not read',
  maxBytes: 64 * 1024 * 1024,
  wants: (path) => METADATA.test(path) || EGG.test(path),
  read(file) {
    if (!EGG.test(file.path)) return readMetadata(file.path, file.bytes);
    for (const entry of zipEntries(file.bytes, EGG_LIMITS))
      if (entry.name === 'EGG-INFO/PKG-INFO') return readMetadata(file.path, entry.read());
    return undefined;
  },
};

function readMetadata(path: string, bytes: Uint8Array): Finding | undefined {
  const fields = readHeader(textOf(bytes.subarray(0, 1024 * 1024)));
  const name = field(fields.get('name'));
  const version = field(fields.get('version'));
  if (!name || !version) return undefined;
  const licence = licenceField(fields.get('license-expression')) ?? shortLicence(fields.get('license'));
  const needs = (fields.get('requires') ?? '').split('\n').flatMap((each) => pythonName(each) ?? []);
  const found = {
    type: 'pypi' as const,
    name,
    version,
    ...(licence ?? classified(fields.get('classifiers'))),
    ...relations(needs),
  };
  return { evidence: { analyser: 'python', path, packages: [found] } };
}

/** The header of the metadata: first value of each field, classifiers joined; the description after it is not read. */
function readHeader(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  const requires: string[] = [];
  let lines = 0;
  for (const line of linesOf(text)) {
    if (line === '' || ++lines > 2000) break;
    const colon = line.indexOf(':');
    if (colon <= 0 || line.startsWith(' ') || line.startsWith('\t')) continue;
    const key = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (key === 'classifier' && value.startsWith('License ::'))
      fields.set('classifiers', [fields.get('classifiers'), value].filter(Boolean).join('\n'));
    else if (key === 'requires-dist') requires.push(value);
    else if (!fields.has(key)) fields.set(key, value);
  }
  fields.set('requires', requires.join('\n'));
  return fields;
}

/** Some packages put the whole text of their licence into this field. */
function shortLicence(value: string | undefined): { licences: string[] } | undefined {
  return value !== undefined && value.length <= 100 ? licenceField(value) : undefined;
}

/** `License :: OSI Approved :: MIT License` → the last part. */
function classified(value: string | undefined): { licences: string[] } | undefined {
  const licences = (value?.split('\n') ?? [])
    .map((each) => each.slice(each.lastIndexOf('::') + 2).trim())
    .filter((each) => each !== '' && each !== 'OSI Approved');
  return licences.length > 0 ? { licences: licences.slice(0, 20) } : undefined;
}
