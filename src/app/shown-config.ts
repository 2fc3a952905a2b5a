import type { ShownSetting } from '../cli/command.ts';
import { loadConfig } from './config.ts';
import { type SettingName, settings } from './settings.ts';

/** What `assay config` prints: each setting in its order, with where its value came from. */
export function shownConfig(
  flags: Readonly<Record<string, unknown>>,
  environment: NodeJS.ProcessEnv,
): readonly ShownSetting[] {
  const file = typeof flags['config'] === 'string' ? { config: flags['config'] } : {};
  const { config, sources } = loadConfig(environment, file);
  return (Object.keys(settings) as SettingName[]).map((name) => {
    const row = settings[name];
    const value = 'secret' in row && config[name] !== undefined ? '(secret)' : withoutPassword(config[name]);
    return { name, value, source: sources[name], summary: row.summary };
  });
}

/** A database address may hold a password. */
function withoutPassword(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^(\w+:\/\/[^:@/\s]*):[^@\s]*@/, '$1:(secret)@') : value;
}
