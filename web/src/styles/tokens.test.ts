import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

type Rgb = readonly [number, number, number];
const themes = ['light', 'dark'] as const;
const sheet = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');

function parse(hex: string): Rgb {
  const n = Number.parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

const tokens = new Map<string, readonly [light: Rgb, dark: Rgb]>();
for (const [, name = '', light = '', dark = ''] of sheet.matchAll(
  /--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g,
))
  tokens.set(name, [parse(light), parse(dark)]);
for (const [, name = '', both = ''] of sheet.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g))
  tokens.set(name, [parse(both), parse(both)]);

/** Relative luminance, WCAG 2.2 definition. */
function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(front: string, back: string, theme: 0 | 1): number {
  const pair = [tokens.get(front), tokens.get(back)].map((token, i) => {
    assert.ok(token, `no token ${i === 0 ? front : back}`);
    return luminance(token[theme]);
  });
  const [high, low] = pair.toSorted((a, b) => b - a);
  return (high! + 0.05) / (low! + 0.05);
}

function check(pairs: readonly (readonly [string, string])[], least: number): void {
  for (const [front, back] of pairs)
    for (const theme of [0, 1] as const) {
      const ratio = contrast(front, back, theme);
      assert.ok(ratio >= least, `${front} on ${back}, ${themes[theme]}: ${ratio.toFixed(2)} is under ${least}`);
    }
}

const surfaces = ['page', 'surface', 'sunken', 'raised', 'hover', 'selected'];
const severities = ['critical', 'high', 'medium', 'low', 'none'];
const verdicts = ['ok', 'warn', 'bad', 'tamper', 'unknown'];
const all = (fronts: readonly string[], backs: readonly string[]) =>
  fronts.flatMap((front) => backs.map((back) => [front, back] as const));

test('text holds 4.5:1 on every surface', () => {
  check(all(['ink', 'ink-2'], surfaces), 4.5);
  check(all(['ink-3'], ['page', 'surface', 'sunken', 'raised', 'hover']), 4.5);
  check(all(['accent'], ['page', 'surface', 'raised', 'hover']), 4.5);
  check(
    all(
      severities.map((each) => `s-${each}-t`),
      ['page', 'surface', 'raised'],
    ),
    4.5,
  );
});

test('verdicts hold 4.5:1 on every surface and on their own tint', () => {
  check(all(verdicts, ['page', 'surface', 'raised']), 4.5);
  check(
    verdicts.map((each) => [each, `${each}-bg`] as const),
    4.5,
  );
  check(
    all(
      ['ink', 'ink-2'],
      verdicts.map((each) => `${each}-bg`),
    ),
    4.5,
  );
  check([['struck-ink', 'struck']], 4.5);
});

test('shapes, focus and borders of controls hold 3:1', () => {
  check(
    all(
      severities.map((each) => `s-${each}`),
      ['page', 'surface'],
    ),
    3,
  );
  check(all(['control', 'focus'], ['page', 'surface']), 3);
  check(all(['on-accent'], ['accent-fill']), 4.5);
});
