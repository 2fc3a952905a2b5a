import { linesOf } from './text-files.ts';

/** Plain text values of one `[[table]]` of a TOML file. */
export type TomlEntry = ReadonlyMap<string, string>;

const MAX_LINE = 4000;
const PAIR = /^([A-Za-z0-9_-]+)\s*=\s*(.*)$/;

/**
 * The entries of an array of tables in TOML (toml.io, "Array of Tables"), as tools write lock files: one key a line,
 * values in quotes or as they stand. Tables below an entry are left out. Not a reader of all TOML.
 */
export function* tomlEntries(text: string, table: string): Generator<TomlEntry> {
  const begin = `[[${table}]]`;
  let entry: Map<string, string> | undefined;
  let own = false;
  for (const whole of linesOf(text)) {
    const line = whole.slice(0, MAX_LINE).trim();
    if (line.startsWith('[') && line.endsWith(']') && !line.includes('=')) {
      if (line === begin || !line.startsWith(`[${table}.`)) {
        if (entry) yield entry;
        entry = line === begin ? new Map() : undefined;
      }
      own = line === begin;
    } else if (entry && own) {
      const pair = PAIR.exec(line);
      if (pair) entry.set(pair[1]!, pair[2]!.replace(/^(["'])(.*)\1$/, '$2'));
    }
  }
  if (entry) yield entry;
}
