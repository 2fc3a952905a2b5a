import type { z } from 'zod';
import { toRfc3339 } from '../lib/clock.ts';
import { worse } from '../policy/health/line.ts';
import { healthLines } from '../policy/health/lines/all.ts';
import type { HealthProfile } from '../policy/health/profile.ts';
import { type Grade, grades } from '../policy/health/line.ts';
import type { HealthEntry, StoredProfile } from '../ports/policy-records.ts';
import type { HealthReport } from '../work/policy/health.ts';
import type { healthEntry, healthProfileShape, healthShape } from './health.ts';

export function renderHealth(report: HealthReport): z.input<typeof healthShape> {
  const { repository, digest, tag, worst, images, profile, at } = report;
  const { card } = worst;
  const { grade, gap, validUntil } = card;
  return {
    schemaVersion: 1,
    repository,
    digest,
    ...(tag !== undefined && { tag }),
    state: card.state,
    ...(grade && { grade }),
    atMost: card.atMost,
    score: card.score,
    ...(gap && { reason: gap.detail }),
    lines: card.lines.map((line) => ({
      id: line.id,
      title: line.title,
      state: line.state,
      ...(line.grade && { grade: line.grade }),
      points: line.points,
      weight: line.weight,
      statement: line.statement,
      evidence: [...line.evidence],
      ...(line.next && {
        next: {
          ...(line.next.grade && { grade: line.next.grade }),
          ...(line.next.means !== undefined && { means: line.next.means }),
          step: line.next.step,
        },
      }),
    })),
    image: imageOf(worst),
    ...(images.length > 0 && {
      images: images.map((each) => ({
        ...imageOf(each),
        ...(each.card.grade && { grade: each.card.grade }),
        score: each.card.score,
      })),
    }),
    profile: {
      ...(profile.organisation !== undefined && { organisation: profile.organisation }),
      ...(profile.minimum && { minimum: profile.minimum }),
    },
    ...(profile.minimum && grade && { goodEnough: !worse(grade, profile.minimum) }),
    judgedAt: toRfc3339(at),
    ...(validUntil !== undefined && { validUntil: toRfc3339(validUntil) }),
  };
}

function imageOf({ digest, platform }: HealthReport['worst']): { digest: string; platform?: string } {
  return { digest, ...(platform !== undefined && { platform }) };
}

function isGrade(text: string): text is Grade {
  return grades.some((each) => each === text);
}

export function renderHealthEntry({ at, grade, score, lines }: HealthEntry): z.input<typeof healthEntry> {
  return { at: toRfc3339(at), ...(isGrade(grade) && { grade }), score, lines: { ...lines } };
}

export function renderHealthProfile(
  profile: HealthProfile,
  stored: StoredProfile | undefined,
): z.input<typeof healthProfileShape> {
  return {
    ...(profile.organisation !== undefined && { organisation: profile.organisation }),
    ...(profile.minimum && { minimum: profile.minimum }),
    ...(stored && { text: stored.text, updatedAt: toRfc3339(stored.updatedAt), updatedBy: stored.updatedBy }),
    lines: healthLines.map(({ id, title, weight, essential, means }) => ({
      id,
      title,
      weight: profile.weights.get(id) ?? weight,
      plainWeight: weight,
      essential,
      means: { ...means },
    })),
  };
}
