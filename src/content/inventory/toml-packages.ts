import { linesOf } from './text-files.ts';

/** Plain text values of one `[[table]]` of a TOML file. */
export type TomlEntry = ReadonlyMap<string, string>;

const MAX_LINE = 4000;
const MAX_LIST = 64 * 1024;
const PAIR = /^([A-Za-z0-9_-]+)\s*=\s*(.*)$/;

/**
 * The entries of an array of tables in TOML (toml.io, "Array of Tables"), as tools write lock files: one key a line,
 * values in quotes or as they stand. Tables below an entry are left out. Not a reader of all TOML.
 */
export function* tomlEntries(text: string, table: string): Generator<TomlEntry> {
  const begin = `[[${table}]]`;
  let entry: Map<string, string> | undefined;
  let own = false;
  /** A list over several lines, as Cargo writes dependencies. */
  let list: { readonly key: string; text: string } | undefined;
  for (const whole of linesOf(text)) {
    const line = whole.slice(0, MAX_LINE).trim();
    if (list === undefined && line.startsWith('[') && line.endsWith(']') && !line.includes('=')) {
      if (line === begin || !line.startsWith(`[${table}.`)) {
        if (entry) yield entry;
        entry = line === begin ? new Map() : undefined;
      }
      own = line === begin;
    } else if (entry && own) {
      if (list !== undefined) {
        list.text += line;
        if (line.endsWith(']') || list.text.length > MAX_LIST) {
          entry.set(list.key, list.text);
          list = undefined;
        }
        continue;
      }
      const pair = PAIR.exec(line);
      if (pair?.[2] === '[') list = { key: pair[1]!, text: '[' };
      else if (pair) entry.set(pair[1]!, pair[2]!.replace(/^(["'])(.*)\1$/, '$2'));
    }
  }
  if (entry) yield entry;
}
