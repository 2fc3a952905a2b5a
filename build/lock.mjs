// Finishes package-lock.json after `npm install --package-lock-only`: takes out download addresses, so that every
// machine asks its own registry, and writes down platform packages that the registry at hand does not serve. Those
// carry version, system and processor but no integrity; npm skips them wherever they do not fit.
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32', 'wasm32'];
const processors = {
  x64: 'x64',
  arm64: 'arm64',
  arm: 'arm',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  wasi: 'wasm32',
};

function stub(name, version, parent) {
  const words = name.split('/').at(-1).split('-');
  const os = words.find((word) => systems.includes(word));
  const cpu = words.map((word) => processors[word]).find(Boolean);
  return {
    version,
    cpu: [cpu ?? 'none'],
    ...(parent.dev && { dev: true }),
    ...(words.includes('musl') || words.includes('musleabihf')
      ? { libc: ['musl'] }
      : words.includes('gnu') || words.includes('gnueabihf')
        ? { libc: ['glibc'] }
        : {}),
    optional: true,
    ...(os && os !== 'wasm32' && { os: [os] }),
  };
}

let added = 0;
for (const [key, entry] of Object.entries(lock.packages)) {
  delete entry.resolved;
  if (key === '') continue;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (lock.packages[`node_modules/${name}`] || lock.packages[`${key}/node_modules/${name}`]) continue;
    lock.packages[`node_modules/${name}`] = stub(name, version, entry);
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: no addresses, ${added} platform packages without integrity`);
