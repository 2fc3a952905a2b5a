import type { Analyser } from './analyser.ts';
import { pinsOf } from './python-pins.ts';
import { textOf } from './text-files.ts';

const VENDORED = /(?:^|\/)(?:_vendor|vendor|_vendored_packages)\/(?:vendor|vendored|requirements)\.txt$/;

/** Copies of packages inside another, as pip and setuptools keep them, with the list that was used to make them. */
export const pythonVendored: Analyser = {
  name: 'python-vendored',
  reads: '`_vendor/vendor.txt`, `_vendor/vendored.txt` and `_vendor/requirements.txt` beside copies of packages',
  maxBytes: 1024 * 1024,
  wants: (path) => path.endsWith('.txt') && path.includes('/python') && VENDORED.test(path),
  read(file) {
    const packages = [...pinsOf(textOf(file.bytes))].map((each) => ({ type: 'pypi' as const, ...each }));
    return packages.length > 0 ? { evidence: { analyser: 'python-vendored', path: file.path, packages } } : undefined;
  },
};
