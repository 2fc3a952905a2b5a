import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { apiTypesPath, renderApiTypes, typeOf } from '../build/api-types.ts';

test('the console’s types of /api are those of the contract', () => {
  assert.ok(
    readFileSync(apiTypesPath, 'utf8') === renderApiTypes(),
    'the contract changed; run: node bin/assay.mjs --node build/api-types.ts',
  );
});

test('JSON Schema in TypeScript’s words', () => {
  const one = { type: 'object', properties: { a: { type: 'integer' }, b: { enum: ['x', 'y'] } }, required: ['a'] };
  assert.equal(typeOf(one), "{ readonly a: number; readonly b?: 'x' | 'y' | undefined }");
  assert.equal(typeOf({ type: 'array', items: { enum: ['x', 'y'] } }), "readonly ('x' | 'y')[]");
  assert.equal(
    typeOf({ type: 'object', additionalProperties: { type: 'string' } }),
    'Readonly<Record<string, string>>',
  );
  assert.equal(typeOf({}), 'unknown');
});
