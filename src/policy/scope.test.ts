import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsOf, requestOf } from '../../test/policy-facts.ts';
import type { RepositoryName } from '../oci/names.ts';
import type { ImageFacts, PolicyRequest } from './facts.ts';
import { readPolicies } from './read-policy.ts';
import { governs, matchesGlob } from './scope.ts';

function applies(scope: string, request: Partial<PolicyRequest> = {}, image: Partial<ImageFacts> = {}): boolean {
  const [policy] = readPolicies(`policy: a\n${scope}\nrules: [{ user: not-root }]\n`);
  return governs(policy!.scope, requestOf(request), factsOf({ image }).image);
}

test('a star stays within a segment, two go on, and everything else stands for itself', () => {
  for (const [glob, text, fits] of [
    ['shop/*', 'shop/app', true],
    ['shop/*', 'shop/team/app', false],
    ['shop/**', 'shop/team/app', true],
    ['**/app', 'shop/team/app', true],
    ['shop/a?p', 'shop/app', true],
    ['shop/a?p', 'shop/a/p', false],
    ['shop.x/*', 'shopax/app', false],
    ['v1.*', 'v1.2', true],
    ['v1.*', 'v1x2', false],
    ['(a|b)', 'a', false],
    ['(a|b)', '(a|b)', true],
    ['a+', 'aa', false],
    ['[ab]', 'a', false],
    ['[ab]', '[ab]', true],
    ['a\\d', 'a1', false],
    ['*', '', true],
    ['shop/app', 'my/shop/app', false],
    ['shop/app', 'shop/app2', false],
  ] as const)
    assert.equal(matchesGlob(glob, text), fits, `${glob} ${text}`);
});

test('gate, repository and actor narrow a policy', () => {
  assert.equal(applies('gates: [deploy]'), false);
  assert.equal(applies('gates: [pull, deploy]'), true);
  assert.equal(applies('repositories: ["other/**"]'), false);
  assert.equal(applies('repositories: ["other/**", "shop/*"]'), true);
  assert.equal(applies('repositories: ["shop/*"]', { repository: 'shop/a/b' as RepositoryName }), false);
  assert.equal(applies('actors: [ann]'), true);
  assert.equal(applies('actors: ["a*"]'), true);
  assert.equal(applies('actors: [bob]'), false);
  assert.equal(applies('actors: ["@person"]'), true);
  assert.equal(applies('actors: ["@robot"]'), false);
  assert.equal(applies('actors: ["@anonymous"]', { actor: { class: 'anonymous', name: 'anonymous' } }), true);
  assert.equal(applies('actors: ["**"]', { actor: { class: 'anonymous', name: 'anonymous' } }), false);
  assert.equal(applies('actors: ["shop+*"]', { actor: { class: 'robot', name: 'shop+ci' } }), true);
});

test('by tag, a policy of other tags does not apply', () => {
  assert.equal(applies('tags: ["v*"]'), true);
  assert.equal(applies('tags: ["prod"]'), false);
  assert.equal(applies('tags: ["prod"]', { tag: 'v1' }, { tags: ['v1', 'prod'] }), false, 'the asked tag counts');
});

test('a digest is no way around the policy of a tag', () => {
  assert.equal(applies('tags: ["prod"]', { tag: undefined }, { tags: ['v1', 'prod'] }), true, 'one of its tags');
  assert.equal(applies('tags: ["prod"]', { tag: undefined }, { tags: ['v1'] }), false);
  assert.equal(applies('tags: ["prod"]', { tag: undefined }, { tags: [] }), true, 'untagged: under all policies');
});

test('labels narrow a policy by presence and value', () => {
  const labels = { team: 'shop', tier: '1' };
  assert.equal(applies('labels: { team: shop }', {}, { labels }), true);
  assert.equal(applies('labels: { team: "sh*" }', {}, { labels }), true);
  assert.equal(applies('labels: { team: shop, tier: "2" }', {}, { labels }), false);
  assert.equal(applies('labels: { absent: "*" }', {}, { labels }), false);
  assert.equal(applies('labels: { constructor: "**" }', {}, { labels }), false, 'only its own');
});
