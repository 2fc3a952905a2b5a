import { randomBytes } from 'node:crypto';
import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AssayError, storageError, systemCode } from '../../lib/error.ts';
import type { Credential, FindCredential } from '../../ports/credentials.ts';
import { callHelper } from './credential-helper.ts';

const authSchema = z.looseObject({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
});
const configSchema = z.looseObject({
  auths: z.record(z.string(), authSchema.nullish()).nullish(),
  credsStore: z.string().nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
});
type DockerConfig = z.output<typeof configSchema>;

const HUB_HOSTS = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];
const HUB_KEY = 'https://index.docker.io/v1/';
/** The name that docker gives a refresh token where a user name stands. */
const TOKEN_USER = '<token>';

/** docker's configuration file: `--authfile` or REGISTRY_AUTH_FILE, else config.json in DOCKER_CONFIG or ~/.docker. */
export function dockerConfigFile(environment: NodeJS.ProcessEnv, named?: string): string {
  return (
    named ??
    environment['REGISTRY_AUTH_FILE'] ??
    join(environment['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'config.json')
  );
}

/** Where podman keeps its sign-ins (containers-auth.json(5)); read after docker's, never written. */
function podmanFile(environment: NodeJS.ProcessEnv): string | undefined {
  const runtime = environment['XDG_RUNTIME_DIR'];
  return runtime && join(runtime, 'containers', 'auth.json');
}

/** Credentials for a registry: ASSAY_USER with ASSAY_PASSWORD or ASSAY_TOKEN, then docker's, then podman's. */
export function findCredential(environment: NodeJS.ProcessEnv, authFile?: string): FindCredential {
  return async (host) => {
    const { ASSAY_USER: user, ASSAY_PASSWORD: password, ASSAY_TOKEN: token } = environment;
    const secret = token ?? password;
    if (secret && (token || user)) return { kind: 'password', name: user ?? TOKEN_USER, password: secret };
    for (const file of [dockerConfigFile(environment, authFile), podmanFile(environment)]) {
      const found = file && (await credentialIn(await readConfig(file), host, environment));
      if (found) return found;
    }
    return undefined;
  };
}

function keysOf(host: string): string[] {
  if (HUB_HOSTS.includes(host)) return [HUB_KEY, ...HUB_HOSTS];
  return [host, `https://${host}`, `http://${host}`, `https://${host}/v1/`, `https://${host}/v2/`];
}

function helperFor(config: DockerConfig, host: string): string | undefined {
  const helpers = config.credHelpers ?? {};
  return (
    keysOf(host)
      .map((key) => helpers[key])
      .find(Boolean) ??
    config.credsStore ??
    undefined
  );
}

async function credentialIn(
  config: DockerConfig,
  host: string,
  environment: NodeJS.ProcessEnv,
): Promise<Credential | undefined> {
  const helper = helperFor(config, host);
  if (helper) {
    const [key = host] = keysOf(host);
    const answer = await callHelper(helper, 'get', key, environment);
    if (answer) return credentialOf(answer.Username, answer.Secret);
  }
  for (const key of keysOf(host)) {
    const entry = config.auths?.[key];
    if (!entry) continue;
    if (entry.identitytoken) return { kind: 'refresh', token: entry.identitytoken };
    const text = entry.auth ? Buffer.from(entry.auth, 'base64').toString('utf8') : undefined;
    const colon = text?.indexOf(':') ?? -1;
    if (text && colon > 0) return credentialOf(text.slice(0, colon), text.slice(colon + 1).replace(/\0+$/, ''));
    if (entry.username && entry.password) return credentialOf(entry.username, entry.password);
  }
  return undefined;
}

function credentialOf(name: string, secret: string): Credential {
  return name === TOKEN_USER ? { kind: 'refresh', token: secret } : { kind: 'password', name, password: secret };
}

async function readConfig(file: string): Promise<DockerConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return {};
    throw new AssayError('configuration-invalid', `cannot read ${file}: ${systemCode(error) ?? 'unknown'}`, {
      cause: error,
    });
  }
  if (text.trim() === '') return {};
  try {
    return configSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AssayError('configuration-invalid', `${file} is no configuration of docker`, { cause });
  }
}

/** Keeps a sign-in as docker would: in the helper that its configuration names, else in the file. Says where. */
export async function storeCredential(
  host: string,
  credential: { name: string; password: string },
  environment: NodeJS.ProcessEnv,
  authFile?: string,
): Promise<string> {
  const file = dockerConfigFile(environment, authFile);
  const config = await readConfig(file);
  const [key = host] = keysOf(host);
  const helper = helperFor(config, host);
  if (helper) {
    const input = JSON.stringify({ ServerURL: key, Username: credential.name, Secret: credential.password });
    await callHelper(helper, 'store', input, environment);
    if (!config.auths?.[key]) await writeConfig(file, { ...config, auths: { ...config.auths, [key]: {} } });
    return `docker-credential-${helper}`;
  }
  const auth = Buffer.from(`${credential.name}:${credential.password}`).toString('base64');
  await writeConfig(file, { ...config, auths: { ...config.auths, [key]: { auth } } });
  return file;
}

/** Forgets a sign-in everywhere docker looks; false when there was none. */
export async function eraseCredential(
  host: string,
  environment: NodeJS.ProcessEnv,
  authFile?: string,
): Promise<boolean> {
  const file = dockerConfigFile(environment, authFile);
  const config = await readConfig(file);
  const before = await credentialIn(config, host, environment);
  const helper = helperFor(config, host);
  if (helper && before) await callHelper(helper, 'erase', keysOf(host)[0] ?? host, environment);
  const auths = Object.fromEntries(Object.entries(config.auths ?? {}).filter(([key]) => !keysOf(host).includes(key)));
  if (Object.keys(auths).length !== Object.keys(config.auths ?? {}).length)
    await writeConfig(file, { ...config, auths });
  return before !== undefined;
}

/** Replaced as a whole, readable by its owner alone; a link that leads to the file stays a link. */
async function writeConfig(file: string, config: DockerConfig): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const target = await realpath(file).catch(() => file);
    const temporary = `${target}.${randomBytes(6).toString('hex')}`;
    try {
      await writeFile(temporary, `${JSON.stringify(config, null, '\t')}\n`, { mode: 0o600, flag: 'wx' });
      await rename(temporary, target);
    } finally {
      await rm(temporary, { force: true });
    }
  } catch (error) {
    throw storageError(error, `writing ${file}`);
  }
}
