import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Endpoint } from '../src/contract/endpoint.ts';
import { endpoints } from '../src/contract/endpoints.ts';

/** Where the console's types of /api are kept; committed, so that the console builds without the server's sources. */
export const apiTypesPath = join(import.meta.dirname, '..', 'web', 'src', 'api', 'generated.ts');

type Schema = Readonly<Record<string, unknown>>;

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function schemas(value: unknown): Schema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

/** A JSON Schema, as zod writes it, in TypeScript's words; what it does not say stays `unknown`. */
export function typeOf(schema: Schema): string {
  if ('const' in schema) return JSON.stringify(schema['const']).replaceAll('"', "'");
  if (Array.isArray(schema['enum'])) return schema['enum'].map((each) => `'${String(each)}'`).join(' | ');
  const choices = [...schemas(schema['anyOf']), ...schemas(schema['oneOf'])];
  if (choices.length > 0) return [...new Set(choices.map(typeOf))].join(' | ');
  switch (schema['type']) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      return `readonly ${parenthesised(isSchema(schema['items']) ? typeOf(schema['items']) : 'unknown')}[]`;
    case 'object':
      return objectType(schema);
    default:
      return 'unknown';
  }
}

function parenthesised(type: string): string {
  const union = / [|] |^readonly /.test(type) && !type.startsWith('{');
  return union || type.includes(' } | { readonly kind: ') ? `(${type})` : type;
}

function objectType(schema: Schema): string {
  const properties = isSchema(schema['properties']) ? Object.entries(schema['properties']) : [];
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  if (properties.length === 0) {
    const value = schema['additionalProperties'];
    return `Readonly<Record<string, ${isSchema(value) ? typeOf(value) : 'never'}>>`;
  }
  const fields = properties.map(([name, value]) => {
    const type = isSchema(value) ? typeOf(value) : 'unknown';
    return required.has(name) ? `readonly ${name}: ${type}` : `readonly ${name}?: ${type} | undefined`;
  });
  return `{ ${fields.join('; ')} }`;
}

function typeOfShape(shape: z.ZodType | undefined, io: 'input' | 'output'): string {
  if (!shape) return 'undefined';
  return typeOf(z.toJSONSchema(shape, { io, unrepresentable: 'any' }) as Schema);
}

function entryOf(endpoint: Endpoint): string {
  return [
    `  /** ${endpoint.summary}. */`,
    `  ${endpoint.id}: {`,
    `    params: ${typeOfShape(endpoint.params, 'input')};`,
    `    query: ${typeOfShape(endpoint.query, 'input')};`,
    `    body: ${endpoint.body ? typeOfShape(endpoint.body, 'input') : endpoint.maxBodyBytes ? 'Blob' : 'undefined'};`,
    `    answer: ${typeOfShape(endpoint.answer, 'output')};`,
    '  };',
  ].join('\n');
}

/** The whole file: what each endpoint takes and answers, and where it is; not those that speak protocols of others. */
export function renderApiTypes(): string {
  const own = endpoints.filter((each) => each.wire === undefined);
  const routes = own.map(({ id, method, path }) => `  ${id}: { method: '${method}', path: '${path}' },`);
  return [
    '// Made by build/api-types.ts from src/contract/endpoints.ts; not to be edited by hand.',
    '',
    '/** What each endpoint takes and answers. */',
    'export interface Api {',
    own.map(entryOf).join('\n'),
    '}',
    '',
    '/** Where each endpoint is. */',
    'export const routes = {',
    ...routes,
    '} as const satisfies Readonly<Record<keyof Api, { method: string; path: string }>>;',
    '',
  ].join('\n');
}

if (import.meta.main) {
  const text = renderApiTypes();
  const old = readFileSync(apiTypesPath, { encoding: 'utf8', flag: 'a+' });
  if (old !== text) writeFileSync(apiTypesPath, text);
  process.stdout.write(`${apiTypesPath}: ${old === text ? 'up to date' : 'written'}\n`);
}
