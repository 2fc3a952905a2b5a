import { Command as Parser, CommanderError, Option as ParserOption } from 'commander';
import { isAssayError } from '../lib/error.ts';
import { errorTable } from '../lib/error-table.ts';
import type { Command, CommandEntry, ExitStatus, Open } from './command.ts';
import { commands } from './commands.ts';
import { nearest } from '../lib/nearest.ts';
import { printable, type Terminal } from './terminal.ts';

/** Finds the command, loads it alone, reads its arguments and runs it; every failure becomes one line and a status. */
export async function runCommandLine(
  argv: readonly string[],
  parts: { version: string; terminal: Terminal; open: Open; environment: NodeJS.ProcessEnv },
): Promise<number> {
  const { terminal } = parts;
  const [first] = argv;
  if (first === '--version' || first === '-V' || first === 'version') {
    terminal.out(parts.version);
    return 0;
  }
  const words = first === 'help' ? argv.slice(1) : argv;
  const entry = findCommand(words);
  if (!entry) return explain(words, terminal);
  const rest = words.slice(entry.name.split(' ').length);
  try {
    const { command } = await entry.load();
    const parsed = parse(entry, command, first === 'help' ? ['--help'] : withTwoHyphens(rest, command), terminal);
    if ('status' in parsed) return parsed.status;
    return await command.run({ ...parsed, ...parts });
  } catch (error) {
    return report(error, terminal, parts.environment);
  }
}

function withTwoHyphens(args: readonly string[], { oneHyphen = [] }: Command): readonly string[] {
  return args.map((each) => (oneHyphen.includes(/^-([a-z-]+)/.exec(each)?.[1] ?? '') ? `-${each}` : each));
}

/** The entry with the most words that the command line begins with. */
function findCommand(words: readonly string[]): CommandEntry | undefined {
  return commands
    .filter((entry) => entry.name.split(' ').every((word, at) => words[at] === word))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

function explain(words: readonly string[], terminal: Terminal): ExitStatus {
  const asked = words.filter((word) => !word.startsWith('-'));
  const group = commands.filter((entry) => asked.length > 0 && entry.name.startsWith(`${asked[0]} `));
  if (asked.length > 0 && group.length === 0) {
    const near = nearest(asked[0]!, [...new Set(commands.map((entry) => entry.name.split(' ')[0]!))]);
    terminal.err(
      `assay: there is no command ${printable(asked[0]!)}${near ? `; did you mean ${near}?` : ''} (assay --help lists them)`,
    );
    return 2;
  }
  const shown = group.length > 0 ? group : commands;
  const lines = ['Usage: assay COMMAND [OPTIONS]', ''];
  for (const [title, entries] of Map.groupBy(shown, (entry) => entry.group)) {
    lines.push(terminal.style('bold', title));
    const width = Math.max(...shown.map((entry) => entry.name.length));
    for (const entry of entries) lines.push(`  ${entry.name.padEnd(width)}  ${entry.summary}`);
    lines.push('');
  }
  lines.push('assay COMMAND --help shows arguments, options and examples.');
  const help = words.length === 0 || words.some((word) => word === '--help' || word === '-h') || asked.length === 0;
  (help ? terminal.out : terminal.err)(lines.join('\n'));
  return help ? 0 : 2;
}

function parse(
  entry: CommandEntry,
  command: Command,
  words: readonly string[],
  terminal: Terminal,
): { args: string[]; options: Record<string, unknown> } | { status: ExitStatus } {
  const parser = new Parser(`assay ${entry.name}`)
    .description(command.description)
    .exitOverride()
    .showSuggestionAfterError();
  parser.configureOutput({ writeOut: (text) => terminal.out(text.trimEnd()), writeErr: () => undefined });
  for (const each of command.args ?? [])
    parser.argument(each.optional ? `[${each.name}]` : `<${each.name}>`, each.summary);
  for (const each of command.options ?? []) {
    const option = new ParserOption(each.flags, each.summary);
    if (each.choices) option.choices([...each.choices]);
    if (each.many) option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    parser.addOption(option);
  }
  parser.addHelpText(
    'after',
    `\nExamples:\n${command.examples.map(([line, does]) => `  ${line}\n      ${does}`).join('\n')}`,
  );
  try {
    parser.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.help') return { status: 0 };
    terminal.err(
      `assay ${entry.name}: ${error.message.replace(/^error: /, '').replaceAll('\n', ' ')} (assay ${entry.name} --help)`,
    );
    return { status: 2 };
  }
  return { args: parser.args.flat(), options: parser.opts() };
}

function report(error: unknown, terminal: Terminal, environment: NodeJS.ProcessEnv): ExitStatus {
  if (isAssayError(error)) {
    terminal.err(`assay: ${printable(error.message.replaceAll('\n', ' '))}`);
    return errorTable[error.code].exit;
  }
  const text = error instanceof Error ? error.message : String(error);
  terminal.err(`assay: unexpected: ${printable(text.replaceAll('\n', ' '))}`);
  if (environment['ASSAY_DEBUG'] && error instanceof Error) terminal.err(error.stack ?? '');
  return 3;
}
