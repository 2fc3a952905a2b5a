import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Open } from './command.ts';
import { commands } from './commands.ts';
import { completionScript, describeAll, shells } from './completion.ts';
import { nearest } from '../lib/nearest.ts';
import { runCommandLine } from './run.ts';
import type { Terminal } from './terminal.ts';

/** Doors that no test here may go through. */
const closed = new Proxy({} as Open, {
  get(_, name) {
    throw new Error(`the door ${String(name)} was opened`);
  },
});

async function run(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal: Terminal = {
    interactive: false,
    columns: 100,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    liveErr: undefined,
    style: (_, text) => text,
  };
  const status = await runCommandLine(argv, { version: '1.2.3', terminal, open: closed, environment: {} });
  return { status, out: out.join('\n'), err: err.join('\n') };
}

test('--version and help', async () => {
  assert.deepEqual(await run('--version'), { status: 0, out: '1.2.3', err: '' });
  for (const argv of [[], ['--help'], ['help']]) {
    const { status, out } = await run(...argv);
    assert.equal(status, 0);
    for (const entry of commands) assert.ok(out.includes(`  ${entry.name}`), entry.name);
  }
});

test('every command has help with its arguments, options and an example that is its own', async () => {
  for (const entry of commands) {
    const { command } = await entry.load();
    const { status, out } = await run(...entry.name.split(' '), '--help');
    assert.equal(status, 0, entry.name);
    for (const option of command.options ?? []) assert.ok(out.includes(option.flags), `${entry.name} ${option.flags}`);
    assert.ok(command.examples.length > 0, entry.name);
    for (const [line] of command.examples) assert.ok(line.includes(`assay ${entry.name}`), `${entry.name}: ${line}`);
    assert.equal((await run('help', ...entry.name.split(' '))).out, out);
  }
});

test('options of a command are given once', async () => {
  for (const entry of commands) {
    const flags = ((await entry.load()).command.options ?? []).map((each) => /--[a-z-]+/.exec(each.flags)?.[0]);
    assert.equal(new Set(flags).size, flags.length, entry.name);
  }
});

test('a slip is answered with the nearest word, exit 2 and no trace', async () => {
  const cases: readonly [argv: string[], said: RegExp][] = [
    [['scna'], /no command scna; did you mean scan\?/],
    [['zzzzzz'], /no command zzzzzz \(assay --help/],
    [['scan', '--fromat', 'json', 'x'], /unknown option '--fromat'.*--format/],
    [['scan', '--format', 'xml', 'x'], /'xml' is invalid.*table, json/],
    [['scan'], /missing required argument 'image'/],
    [['scan', 'a', 'b'], /too many arguments/],
    [['user'], /user list/],
    [['user', 'lst'], /user list/],
    [['scan', 'no image!'], /not an image/],
    [['scan', 'shop/app:1'], /name the registry too/],
    [['scan', '--server', 'x', '--local', 'h.example/a'], /exclude each other/],
    [['push', 'h.example/a', 'h.example/b'], /push takes an image of this machine/],
    [['pull', 'oci:x'], /pull takes an image of a registry/],
    [['completion', 'tcsh'], /bash, zsh, fish/],
    [['\u001b[31mscan'], /\\u001b\[31mscan/],
  ];
  for (const [argv, said] of cases) {
    const { status, err, out } = await run(...argv);
    assert.equal(status, 2, argv.join(' '));
    assert.match(err, said);
    assert.equal(out, '');
    assert.doesNotMatch(err, /\n\s+at /);
  }
});

test('an unexpected failure is one line and exit 3', async () => {
  const { status, err } = await run('advisories', 'query', 'npm', 'x', '1');
  assert.equal(status, 3);
  assert.match(err, /^assay: unexpected: the door advisories was opened$/);
});

test('nearest: insertions, deletions, changes and swaps count one', () => {
  assert.equal(nearest('scna', ['scan', 'sbom']), 'scan');
  assert.equal(nearest('advisores', ['advisories', 'admin']), 'advisories');
  assert.equal(nearest('x', ['scan']), undefined);
});

test('completion knows every command and option', async () => {
  const all = await describeAll(commands);
  for (const shell of shells) {
    const script = completionScript(shell, all);
    for (const { name, options } of all) {
      for (const word of name.split(' ')) assert.ok(script.includes(word), `${shell} ${name}`);
      for (const option of options) {
        const long = /--([a-z-]+)/.exec(option.flags)?.[1] ?? '';
        assert.ok(script.includes(shell === 'fish' ? `-l ${long}` : `--${long}`), `${shell} ${name} ${long}`);
      }
    }
  }
});
