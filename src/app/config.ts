import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { AssayError } from '../lib/error.ts';
import { type Config, type SettingName, settings } from './settings.ts';

export interface LoadedConfig {
  readonly config: Config;
  /** Where each value came from, for `assay config`. */
  readonly sources: Readonly<Record<SettingName, string>>;
}

const names = Object.keys(settings) as SettingName[];

export function environmentName(name: SettingName): string {
  return `ASSAY_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** Flags, then the environment, then the file, then defaults; an unknown key in the file is an error. */
export function loadConfig(
  environment: NodeJS.ProcessEnv,
  flags: { config?: string } & Partial<Record<SettingName, unknown>>,
): LoadedConfig {
  const file = readFile(environment, flags.config);
  const values: Partial<Record<SettingName, unknown>> = {};
  const sources: Partial<Record<SettingName, string>> = {};
  for (const name of names) {
    const { value, source } = valueOf(name, environment, flags, file);
    const result = settings[name].schema.safeParse(value);
    if (!result.success)
      throw new AssayError(
        'configuration-invalid',
        `${name} (${source}): ${result.error.issues[0]?.message ?? 'not valid'}`,
      );
    values[name] = result.data;
    sources[name] = source;
  }
  return { config: values as Config, sources: sources as Record<SettingName, string> };
}

function valueOf(
  name: SettingName,
  environment: NodeJS.ProcessEnv,
  flags: Partial<Record<SettingName, unknown>>,
  file: ReturnType<typeof readFile>,
): { value: unknown; source: string } {
  if (flags[name] !== undefined) return { value: flags[name], source: 'command line' };
  const variable = environmentName(name);
  const text = environment[variable];
  if (text !== undefined && text !== '') return { value: fromText(name, text), source: variable };
  const path = environment[`${variable}_FILE`];
  if (path) return { value: fromText(name, readSecret(path)), source: `${variable}_FILE` };
  if (file && name in file.values) return { value: file.values[name], source: file.path };
  return { value: settings[name].fallback, source: 'default' };
}

function fromText(name: SettingName, text: string): unknown {
  return Array.isArray(settings[name].fallback)
    ? text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean)
    : text;
}

function readSecret(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new AssayError('configuration-invalid', `cannot read ${path}`, { cause });
  }
}

function readFile(
  environment: NodeJS.ProcessEnv,
  wanted: string | undefined,
): { path: string; values: Record<string, unknown> } | undefined {
  const named = wanted ?? environment['ASSAY_CONFIG'];
  const path = named ?? ['./assay.yaml', '/etc/assay/assay.yaml'].find((each) => existsSync(each));
  if (path === undefined) return undefined;
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new AssayError(
      'configuration-invalid',
      `${path}: ${cause instanceof Error ? cause.message.split('\n')[0] : 'cannot be read'}`,
      { cause },
    );
  }
  if (value === null || value === undefined) return { path, values: {} };
  if (typeof value !== 'object' || Array.isArray(value))
    throw new AssayError('configuration-invalid', `${path}: not a list of settings`);
  for (const key of Object.keys(value))
    if (!(key in settings))
      throw new AssayError('configuration-invalid', `${path}: there is no setting ${key}; see assay config`);
  return { path: resolve(path), values: value as Record<string, unknown> };
}
