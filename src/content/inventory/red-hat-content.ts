import type { Analyser } from './analyser.ts';
import { listOf, objectOf, readJsonObject } from './json-text.ts';

const MANIFESTS = /^(?:root\/buildinfo\/content_manifests\/[^/]+|usr\/share\/buildinfo\/content-sets)\.json$/;
const LABELS = new Set(['usr/share/buildinfo/labels.json', 'root/buildinfo/labels.json']);
/** A whole OpenShift image names a few dozen, of several architectures. */
const MAX_NAMES = 500;

/**
 * Repositories ("content sets") that the packages of a Red Hat image came from, as its build wrote them down (Red Hat's
 * guidance for scanning vendors, "RPM repositories"): content manifests, one an image layer, and from 2025 on
 * `content-sets.json`; the product of the image itself stands as a CPE among the copied labels.
 */
export const redHatContent: Analyser = {
  name: 'red-hat-content',
  reads:
    '`/root/buildinfo/content_manifests/*.json`, `/usr/share/buildinfo/content-sets.json`, `labels.json` beside them',
  limits: 'which repository one package came from is not in them: those of all layers are taken together',
  maxBytes: 16 * 1024 * 1024,
  wants: (path) => MANIFESTS.test(path) || LABELS.has(path),
  read(file) {
    const document = readJsonObject(file.bytes, file.path);
    const named = LABELS.has(file.path)
      ? [objectOf(document)?.['cpe']].filter((each) => typeof each === 'string' && each.startsWith('cpe:/'))
      : listOf(document['content_sets']);
    const names = named.filter((each): each is string => typeof each === 'string' && each !== '' && each.length < 300);
    if (names.length === 0) return undefined;
    return { repositories: { path: file.path, names: [...new Set(names)].slice(0, MAX_NAMES) } };
  },
};
