import { entropy } from './checks.ts';
import { isPlaceholder, type SecretRule, type Sighting, type Spot, valueAfter } from './rule.ts';

/** Names of things that are secret, found at the end of a name: `DB_PASSWORD`, `clientSecret`, `api-key`. */
const NAMES = [
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'secret',
  'secret_key',
  'secretkey',
  'secret-key',
  'token',
  'api_key',
  'apikey',
  'api-key',
  'access_key',
  'accesskey',
  'access-key',
  'auth_key',
  'authkey',
  'client_secret',
  'clientsecret',
  'client-secret',
  'private_key',
  'privatekey',
  'encryption_key',
  'encryptionkey',
  'signing_key',
  'master_key',
  'credentials',
  // Settings of the JVM separate words by points.
  'secret.key',
  'api.key',
  'access.key',
  'auth.key',
  'private.key',
  'encryption.key',
  'signing.key',
  'master.key',
];
/** Logs name much that is no secret; what a variable of the environment is called is believed. */
const LOGS = /\.(?:log|out)(?:\.\d{1,3})?$/i;
const VARIABLE = /(?:^|[\s"',;[{])[A-Z][A-Z0-9_]{0,60}$/;
/** Files that hold settings; elsewhere only quoted values of programs count. */
const SETTINGS =
  /(?:^|\/)(?:\.env[^/]*|[^/]*\.(?:env|ya?ml|json|properties|props|ini|conf|cfg|cnf|toml|xml|tf|tfvars|tfstate|envrc|config|settings|credentials|secrets?|npmrc|pypirc|s3cfg|boto|netrc|my\.cnf|desktop|service|list|netrc|plist|hcl|nomad|txt)|credentials|secrets?|config|\.netrc|\.npmrc|\.pypirc|\.dockercfg|\.s3cfg|\.boto|\.my\.cnf|Dockerfile[^/]*|docker-compose[^/]*|passwd\.txt)$/i;
const PROGRAMS =
  /\.(?:py|js|mjs|cjs|ts|tsx|jsx|rb|php|go|java|kt|scala|cs|vb|sh|bash|zsh|pl|lua|groovy|gradle|rs|swift|ex|exs|ps1|bat|cmd|sql|erb|html)$/i;
/** The name goes on: it is no longer the name of a secret. */
const OTHER =
  /^(?:[_-]?(?:file|path|dir|url|uri|endpoint|type|name|id|field|input|length|len|size|policy|hash|hint|reset|regex|pattern|expiry|expires?|expiration|ttl|timeout|lifetime|max|min|age|ring|store|provider|manager|header|prefix|suffix|format|label|title|text|prompt|required|enabled|disabled|valid|change|changed|count|index|list|map|s?arn|ref|version|algorithm|alg|scheme|source|command|cmd|env|var|class|column|param|parameter|placeholder|message|error|auth|authentication|s)(?![a-z]))/i;

/** Values whose name says that they are secret, where the value looks like one that somebody made up or drew. */
export const namedRules: readonly SecretRule[] = [
  {
    id: 'named-secret',
    title: 'Value that is named as a secret',
    severity: 'medium',
    confidence: 'named',
    keywords: NAMES,
    exact: false,
    see: seeNamed,
  },
];

function seeNamed({ text, at, keyword, path }: Spot): Sighting | undefined {
  const program = PROGRAMS.test(path);
  const from = at + keyword.length;
  const logged = LOGS.test(path) && text[from] === '=' && VARIABLE.test(text.slice(Math.max(0, at - 62), from));
  if (!program && !logged && !SETTINGS.test(path) && path !== '') return undefined;
  if (OTHER.test(text.slice(from, from + 24))) return undefined;
  const found = valueAfter(text, from);
  if (!found || (found.loose && !/--[\w-]{0,40}$/.test(text.slice(Math.max(0, at - 41), at)))) return undefined;
  if (program && !found.quoted && !/\.(?:sh|bash|zsh|sql|ps1|bat|cmd)$/i.test(path)) return undefined;
  return isMadeUp(found.value, program) ? { start: found.start, end: found.start + found.value.length } : undefined;
}

/** Digits among letters, or signs, or the disorder of chance; no path, address, expression, name or sentence. */
function isMadeUp(value: string, program: boolean): boolean {
  if (value.length < 8 || value.length > 300 || isPlaceholder(value) || /\s/.test(value)) return false;
  if (/^(?:\/|\.\/|~\/|https?:|file:|arn:|urn:|env:|vault:|ssm:|secretsmanager|\(|\[|@|&|!|--)/i.test(value))
    return false;
  if (/[()<>{}]|=>|::|->|\$/.test(value) && !/^[^\s()<>{}]{10,}$/.test(value)) return false;
  if (
    /^(?:true|false|null|none|undefined|required|optional|string|boolean|integer|number|default|enabled|disabled)$/i.test(
      value,
    )
  )
    return false;
  if (/^[a-z]+(?:[A-Z][a-z]+)*(?:[._:/-][A-Za-z]+)*$/.test(value) || /^[A-Z]+(?:[_-][A-Z]+)*$/.test(value))
    return false;
  if (/^\d{1,12}$|^\d+(?:\.\d+)+$|^v?\d+\.\d+/.test(value) || /^sha(?:1|256|384|512)[-:]/.test(value)) return false;
  if (/^(?:[a-z]+[._/-])+[a-z]+\d?$/i.test(value)) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((each) => each.test(value)).length;
  const bits = entropy(value);
  if (program) return value.length >= 12 && kinds >= 2 && bits >= 3.4 && /\d/.test(value);
  return (
    (kinds >= 2 && bits >= 2.9 && /\d|[^A-Za-z0-9_.-]/.test(value)) || (value.length >= 20 && bits >= 3.8 && kinds >= 2)
  );
}
