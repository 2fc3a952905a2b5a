import type { Grade } from '../../../policy/health/line.ts';
import type { HealthReport } from '../../../work/policy/health.ts';

/** Colours that hold 4.5:1 against white letters; grey for what has no grade. */
const COLOURS: Readonly<Record<Grade | '-', string>> = {
  A: '#1a7f37',
  B: '#4d7c0f',
  C: '#946200',
  D: '#bc4c00',
  E: '#cf222e',
  F: '#a40e26',
  '-': '#57606a',
};

const LABEL = 'assay';
/** Wide enough for the letters at this size in any sans-serif, in pixels. */
const LETTER = 7;

/** The grade and score of an image as a small picture; it holds no text that the image or its name decides. */
export function healthBadge({ worst: { card } }: HealthReport): string {
  const grade = card.grade ?? '-';
  const value = card.grade ? `${grade} ${card.score}` : card.state === 'unknown' ? 'not judged' : 'no image';
  const left = LABEL.length * LETTER + 12;
  const right = value.length * LETTER + 14;
  const width = left + right;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${LABEL}: ${value}">`,
    `<title>${LABEL}: ${value}</title>`,
    `<rect width="${width}" height="20" rx="3" fill="#24292f"/>`,
    `<path d="M${left} 0h${right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H${left}z" fill="${COLOURS[grade]}"/>`,
    '<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">',
    `<text x="${left / 2}" y="14">${LABEL}</text><text x="${left + right / 2}" y="14">${value}</text>`,
    '</g></svg>',
  ].join('');
}
