import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { isAssayError } from '../../lib/error.ts';
import { purlOf } from './purl.ts';
import type { Analyser, Finding } from './analyser.ts';
import { cargoAuditable, cargoLock } from './cargo.ts';
import { composer, composerLock } from './composer.ts';
import { cran } from './cran.ts';
import { dotnet, nugetLock } from './dotnet.ts';
import { elfSection } from './elf-section.ts';
import { gem, gemLock } from './gem.ts';
import { hexLock, pubLock, swiftLock } from './other-locks.ts';
import { pacman } from './pacman.ts';

const FIXTURES = join(import.meta.dirname, '../../../test/fixtures/inventory');

function read(analyser: Analyser, path: string, content: string | Uint8Array): Finding | undefined {
  const bytes = Buffer.from(content);
  assert.ok(analyser.wants(path, bytes.length + 1024 * 1024, 0o755), path);
  return analyser.read({ path, size: bytes.length, mode: 0o755, bytes });
}

/** Package URLs of what was found: each must be one that the specification allows. */
function purls(analyser: Analyser, path: string, content: string | Uint8Array): string[] {
  return (read(analyser, path, content)?.evidence?.packages ?? []).map((each) => purlOf(each, undefined)).sort();
}

void test('Rust: a program that cargo-auditable built, and the lock file it was built from', () => {
  const program = readFileSync(join(FIXTURES, 'cargo-auditable.elf'));
  assert.deepEqual(purls(cargoAuditable, 'usr/bin/demo', program), [
    'pkg:cargo/serde@1.0.229',
    'pkg:cargo/serde_core@1.0.229',
  ]);
  const lock = purls(cargoLock, 'app/Cargo.lock', readFileSync(join(FIXTURES, 'Cargo.lock')));
  assert.equal(lock.length, 7);
  assert.ok(lock.includes('pkg:cargo/syn@3.0.9') && !lock.some((each) => each.includes('demo')));
  assert.equal(cargoLock.wants('usr/local/cargo/registry/src/x/Cargo.lock', 1, 0), false);
});

void test('ELF sections: cut and wrong headers give none, a list that unpacks to too much is refused', () => {
  const program = readFileSync(join(FIXTURES, 'cargo-auditable.elf'));
  assert.ok(elfSection(program, '.dep-v0'));
  assert.equal(elfSection(program, '.dep-v1'), undefined);
  for (let length = 0; length < program.length; length += 7) elfSection(program.subarray(0, length), '.dep-v0');
  const section = elfSection(program, '.dep-v0')!;
  const bomb = deflateSync(Buffer.alloc(40 * 1024 * 1024));
  const at = program.indexOf(section);
  const bad = Buffer.concat([
    program.subarray(0, at),
    bomb.subarray(0, section.length),
    program.subarray(at + section.length),
  ]);
  assert.throws(
    () => read(cargoAuditable, 'usr/bin/demo', bad),
    (error) => isAssayError(error, 'content-malformed'),
  );
});

void test('Ruby: specifications as RubyGems writes them, Bundler’s lock file', () => {
  const specification =
    '# -*- encoding: utf-8 -*-\n# stub: rake 13.0.6 ruby lib\n\nGem::Specification.new do |s|\n  s.name = "rake".freeze\n  s.version = "13.0.6"\n\n  s.metadata = { "version" => "9" } if s.respond_to? :metadata=\n  s.licenses = ["MIT".freeze, "Ruby".freeze]\n  s.installed_by_version = "3.3.5"\nend\n';
  for (const path of [
    'usr/lib/ruby/gems/3.1.0/specifications/rake-13.0.6.gemspec',
    'specifications/default/rake-13.0.6.gemspec',
  ])
    assert.deepEqual(read(gem, path, specification)?.evidence?.packages, [
      { type: 'gem', name: 'rake', version: '13.0.6', licences: ['MIT', 'Ruby'] },
    ]);
  assert.equal(gem.wants('app/vendor/rake/rake.gemspec', 1, 0), false);
  const lock =
    'PATH\n  remote: .\n  specs:\n    own (1.0)\n\nGEM\n  remote: https://packages.example/\n  specs:\n    nokogiri (1.15.4-x86_64-linux)\n      racc (~> 1.4)\n    rack (2.2.8)\n\nPLATFORMS\n  x86_64-linux\n\nDEPENDENCIES\n  rack (= 2.2.8)\n';
  assert.deepEqual(purls(gemLock, 'app/Gemfile.lock', lock), ['pkg:gem/nokogiri@1.15.4', 'pkg:gem/rack@2.2.8']);
});

void test('PHP: both forms of composer’s list, the lock file without what is for development', () => {
  const packages = [
    { name: 'monolog/monolog', version: '2.9.1', license: ['MIT'] },
    { name: 'psr/log', version: 'v3.0.0' },
  ];
  for (const content of [packages, { packages, dev: true, 'dev-package-names': [] }])
    assert.deepEqual(purls(composer, 'app/vendor/composer/installed.json', JSON.stringify(content)), [
      'pkg:composer/monolog/monolog@2.9.1',
      'pkg:composer/psr/log@3.0.0',
    ]);
  const lock = { packages, 'packages-dev': [{ name: 'phpunit/phpunit', version: '10' }] };
  assert.equal(purls(composerLock, 'app/composer.lock', JSON.stringify(lock)).length, 2);
});

void test('.NET: libraries of a published program, the lock file of NuGet', () => {
  const deps = {
    libraries: {
      'App/1.0.0': { type: 'project' },
      'Newtonsoft.Json/13.0.1': { type: 'package', serviceable: true },
      'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1': { type: 'runtimepack' },
    },
  };
  assert.deepEqual(purls(dotnet, 'app/App.deps.json', JSON.stringify(deps)), [
    'pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@8.0.1',
    'pkg:nuget/Newtonsoft.Json@13.0.1',
  ]);
  const lock = {
    version: 1,
    dependencies: { 'net8.0': { Serilog: { type: 'Direct', resolved: '3.1.1' }, lib: { type: 'Project' } } },
  };
  assert.deepEqual(purls(nugetLock, 'app/packages.lock.json', JSON.stringify(lock)), ['pkg:nuget/Serilog@3.1.1']);
});

void test('Arch: pacman’s folders, sources, owned files', () => {
  const desc =
    '%NAME%\nopenssl\n\n%VERSION%\n3.2.1-1\n\n%BASE%\nopenssl\n\n%ARCH%\nx86_64\n\n%LICENSE%\nApache-2.0\n\n';
  assert.deepEqual(purls(pacman, 'var/lib/pacman/local/openssl-3.2.1-1/desc', desc), [
    'pkg:alpm/arch/openssl@3.2.1-1?arch=x86_64',
  ]);
  const files = [
    ...read(pacman, 'var/lib/pacman/local/lib-32-x-3.2.1-1/files', '%FILES%\nusr/\nusr/lib/a\n\n%BACKUP%\netc/b\t0\n')!
      .owned!,
  ][0]!;
  assert.deepEqual([files.package, ...files.paths], ['lib-32-x', 'usr/', 'usr/lib/a']);
});

void test('Elixir, Erlang, Dart, Swift and R', () => {
  const mix =
    '%{\n  "plug": {:hex, :plug, "1.15.2", "94cf", [:mix], [], "hexpm", "02"},\n  "own": {:git, "https://x/y.git", "abc", []},\n}\n';
  assert.deepEqual(purls(hexLock, 'app/mix.lock', mix), ['pkg:hex/plug@1.15.2']);
  assert.deepEqual(purls(hexLock, 'rebar.lock', '{"1.2.0",\n[{<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.10.0">>},0}]}.\n'), [
    'pkg:hex/cowboy@2.10.0',
  ]);
  const pub =
    'packages:\n  http:\n    dependency: "direct main"\n    description:\n      name: http\n      url: "https://packages.example"\n    source: hosted\n    version: "1.1.0"\n  own:\n    dependency: "direct main"\n    source: path\n    version: "0.0.1"\nsdks:\n  dart: ">=3.0.0"\n';
  assert.deepEqual(purls(pubLock, 'app/pubspec.lock', pub), ['pkg:pub/http@1.1.0']);
  const pin = { location: 'https://github.com/apple/swift-nio.git', state: { version: '2.61.1' } };
  assert.deepEqual(purls(swiftLock, 'Package.resolved', JSON.stringify({ pins: [pin], version: 2 })), [
    'pkg:swift/github.com/apple/swift-nio@2.61.1',
  ]);
  const old = { object: { pins: [{ repositoryURL: 'https://github.com/a/b', state: { branch: 'main' } }] } };
  assert.deepEqual(purls(swiftLock, 'Package.resolved', JSON.stringify(old)), []);
  assert.deepEqual(
    purls(
      cran,
      'usr/local/lib/R/site-library/jsonlite/DESCRIPTION',
      'Package: jsonlite\nVersion: 1.8.7\nLicense: MIT + file LICENSE\n',
    ),
    ['pkg:cran/jsonlite@1.8.7'],
  );
});
