import { AssayError } from '../lib/error.ts';
import type { Command, CommandEntry, Option } from './command.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export const command: Command = {
  description: 'Prints a script that completes commands, options and their values in a shell.',
  args: [{ name: 'shell', summary: shells.join(', ') }],
  examples: [
    ['source <(assay completion bash)', 'in this shell; put the line into ~/.bashrc to keep it'],
    ['assay completion zsh > "${fpath[1]}/_assay"', 'zsh, from the next shell on'],
    ['assay completion fish > ~/.config/fish/completions/assay.fish', 'fish'],
  ],
  async run({ args, terminal }) {
    const shell = shells.find((each) => each === args[0]);
    if (!shell) throw new AssayError('usage-invalid', `completion is made for ${shells.join(', ')}`);
    const { commands } = await import('./commands.ts');
    terminal.out(completionScript(shell, await describeAll(commands)));
    return 0;
  },
};

/** What completion needs to know of a command. */
export interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly Option[];
}

export async function describeAll(commands: readonly CommandEntry[]): Promise<Completed[]> {
  return Promise.all(
    commands.map(async (entry) => ({
      name: entry.name,
      summary: entry.summary,
      options: (await entry.load()).command.options ?? [],
    })),
  );
}

export function completionScript(shell: Shell, commands: readonly Completed[]): string {
  if (shell === 'bash') return bash(commands);
  return shell === 'zsh' ? zsh(commands) : fish(commands);
}

function longFlag(option: Option): string {
  return /--[a-z-]+/.exec(option.flags)?.[0] ?? option.flags;
}

function takesFile(option: Option): boolean {
  return /<(?:file|folder)>/.test(option.flags);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The words that can follow `before`: the next word of every command that begins so. */
function nextWords(commands: readonly Completed[], before: string): Map<string, string> {
  const words = new Map<string, string>();
  for (const { name, summary } of commands) {
    if (before !== '' && !name.startsWith(`${before} `)) continue;
    const [word = '', ...more] = name.slice(before === '' ? 0 : before.length + 1).split(' ');
    if (!words.has(word)) words.set(word, more.length === 0 ? summary : `${word} commands`);
  }
  return words;
}

/** Every prefix of a command that is followed by a choice of words; the empty one first. */
function prefixes(commands: readonly Completed[]): string[] {
  const found = new Set(['']);
  for (const { name } of commands) {
    const words = name.split(' ');
    for (let count = 1; count < words.length; count++) found.add(words.slice(0, count).join(' '));
  }
  return [...found];
}

function bash(commands: readonly Completed[]): string {
  const following = prefixes(commands).map(
    (before) => `    ${quoted(before)}) words=${quoted([...nextWords(commands, before).keys()].join(' '))} ;;`,
  );
  const options = commands.map(
    (each) => `    ${quoted(each.name)}) flags=${quoted([...each.options.map(longFlag), '--help'].join(' '))} ;;`,
  );
  const values = new Map<string, string>();
  for (const option of commands.flatMap((each) => each.options))
    if (option.choices)
      values.set(
        longFlag(option),
        [...new Set([...(values.get(longFlag(option))?.split(' ') ?? []), ...option.choices])].join(' '),
      );
  const choices = [...values].map(
    ([flag, words]) => `    ${flag}) COMPREPLY=($(compgen -W ${quoted(words)} -- "$current")); return ;;`,
  );
  return [
    '_assay() {',
    '  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} named="" words="" flags="" at',
    '  for ((at = 1; at < COMP_CWORD; at++)); do',
    '    [[ ${COMP_WORDS[at]} == -* ]] && break',
    '    case "${named:+$named }${COMP_WORDS[at]}" in',
    `      ${[...new Set([...commands.map((each) => each.name), ...prefixes(commands).filter(Boolean)])].map(quoted).join('|')}) named="\${named:+$named }\${COMP_WORDS[at]}" ;;`,
    '      *) break ;;',
    '    esac',
    '  done',
    '  case "$previous" in',
    ...choices,
    '  esac',
    '  case "$named" in',
    ...following,
    '  esac',
    '  case "$named" in',
    ...options,
    '  esac',
    '  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$current"))',
    '  elif [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '  fi',
    '}',
    'complete -o default -F _assay assay',
  ].join('\n');
}

function zsh(commands: readonly Completed[]): string {
  const escaped = (text: string) => text.replaceAll(/[[\]:\\]/g, (char) => `\\${char}`);
  const cases = prefixes(commands).map((before) => {
    const words = [...nextWords(commands, before)].map(([word, summary]) =>
      quoted(`${escaped(word)}:${escaped(summary)}`),
    );
    return `    ${quoted(before)}) next=(${words.join(' ')}) ;;`;
  });
  const options = commands.map((each) => {
    const specs = each.options.map((option) => {
      const value = option.choices
        ? `:value:(${option.choices.join(' ')})`
        : takesFile(option)
          ? ':file:_files'
          : option.flags.includes('<')
            ? ':value:'
            : '';
      return quoted(`${longFlag(option)}[${escaped(option.summary)}]${value}`);
    });
    return `    ${quoted(each.name)}) specs=(${[...specs, quoted('--help[arguments, options and examples]')].join(' ')}) ;;`;
  });
  return [
    '#compdef assay',
    '_assay() {',
    '  local named="" word; local -a next specs',
    '  for word in ${words[2,CURRENT-1]}; do',
    '    [[ $word == -* ]] && break',
    '    case "${named:+$named }$word" in',
    `      ${[...new Set([...commands.map((each) => each.name), ...prefixes(commands).filter(Boolean)])].map(quoted).join('|')}) named="\${named:+$named }$word" ;;`,
    '      *) break ;;',
    '    esac',
    '  done',
    '  case "$named" in',
    ...cases,
    '  esac',
    '  case "$named" in',
    ...options,
    '  esac',
    '  if (( $#next )) && [[ $PREFIX != -* ]]; then _describe command next; return; fi',
    '  _arguments -S $specs "*:file:_files"',
    '}',
    'if [[ $funcstack[1] == _assay ]]; then _assay "$@"; else compdef _assay assay; fi',
  ].join('\n');
}

function fish(commands: readonly Completed[]): string {
  const lines = [
    'function __assay_at',
    '  set -l words (commandline -opc)',
    '  set -l plain',
    '  for word in $words[2..]',
    "    string match -q -- '-*' $word; and break",
    '    set -a plain $word',
    '  end',
    '  test "$plain" = "$argv[1]"',
    'end',
    'function __assay_in',
    '  string match -q -- "$argv[1]*" (string join " " (commandline -opc)[2..])',
    'end',
  ];
  for (const before of prefixes(commands))
    for (const [word, summary] of nextWords(commands, before))
      lines.push(`complete -c assay -f -n ${quoted(`__assay_at ${quoted(before)}`)} -a ${word} -d ${quoted(summary)}`);
  for (const each of commands)
    for (const option of each.options) {
      const value = option.choices
        ? ` -x -a ${quoted(option.choices.join(' '))}`
        : takesFile(option)
          ? ' -r -F'
          : option.flags.includes('<')
            ? ' -x'
            : '';
      lines.push(
        `complete -c assay -n ${quoted(`__assay_in ${quoted(each.name)}`)} -l ${longFlag(option).slice(2)}${value} -d ${quoted(option.summary)}`,
      );
    }
  return lines.join('\n');
}
