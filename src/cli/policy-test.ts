import { dirname, resolve } from 'node:path';
import type { Policy } from '../policy/rule.ts';
import {
  POLICY_TEST_LIMITS,
  type PolicyTestResult,
  readPolicyTests,
  runPolicyTest,
  unseenRules,
} from '../policy/policy-test.ts';
import { readPolicies } from '../policy/read-policy.ts';
import type { Command } from './command.ts';
import { readPolicyFile } from './policy-file.ts';
import { formatOption } from './ask-server.ts';
import { printable, type Terminal } from './terminal.ts';

interface FileResult {
  readonly file: string;
  readonly tests: readonly PolicyTestResult[];
  /** Rules that no test saw hold or saw broken. */
  readonly unseen: readonly string[];
}

export const command: Command = {
  description:
    'Runs tests of policies: facts are given, the outcome is expected. Needs no server and no image; the evaluator is the one that every gate asks. A root of the facts that a test does not give is not known, and that denies.',
  args: [{ name: 'files...', summary: 'tests in YAML; they name the policy files that they test' }],
  options: [formatOption],
  examples: [
    ['assay policy test tests.yaml', 'exit 0 when all pass, 1 when one fails, 2 when a file cannot be read'],
    ['assay policy test --format json tests/*.yaml', 'for programs'],
  ],
  async run({ args, options, terminal }) {
    const files: FileResult[] = [];
    for (const file of args) files.push(await runFile(file));
    const failed = files.flatMap(({ tests }) => tests.filter(({ failures }) => failures.length > 0)).length;
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, files, failed }, null, 2));
    else print(terminal, files, failed);
    return failed > 0 ? 1 : 0;
  },
};

async function runFile(file: string): Promise<FileResult> {
  const { policies: paths, tests } = readPolicyTests(await readPolicyFile(file, POLICY_TEST_LIMITS.bytes));
  const policies: Policy[] = [];
  for (const path of paths) policies.push(...readPolicies(await readPolicyFile(resolve(dirname(file), path))));
  return { file, tests: tests.map((each) => runPolicyTest(policies, each)), unseen: unseenRules(policies, tests) };
}

function print(terminal: Terminal, files: readonly FileResult[], failed: number): void {
  for (const { file, tests, unseen } of files) {
    if (files.length > 1) terminal.out(terminal.style('bold', printable(file)));
    for (const { name, failures } of tests) {
      terminal.out(
        `${failures.length === 0 ? terminal.style('green', 'ok  ') : terminal.style('red', 'FAIL')}  ${printable(name)}`,
      );
      for (const each of failures) terminal.out(`      ${printable(each)}`);
    }
    for (const each of unseen) terminal.err(`no test saw ${printable(each)}`);
  }
  const all = files.reduce((sum, { tests }) => sum + tests.length, 0);
  terminal.out(`${all - failed} of ${all} tests passed`);
}
