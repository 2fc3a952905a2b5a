import { ANALYSER_VERSION } from '../content/inventory/package.ts';
import { uuidv7 } from '../lib/uuid.ts';
import type { Database } from '../ports/database.ts';
import type { MalwareScanner } from '../ports/malware-scanner.ts';
import { judgeChanged } from '../work/content/advisories.ts';
import { type AnalysisParts, analyseImage } from '../work/content/analyse-image.ts';
import { ANALYSE_IMAGE, analysisJobSchema, JUDGE_PACKAGES, RENEW_ANALYSES } from '../work/content/jobs.ts';
import { VexPublisher } from '../work/content/publish-vex.ts';
import { analysisVersion } from '../work/content/scan-layer.ts';
import { renewAnalyses } from '../work/content/renew-analyses.ts';
import { serverSignature } from '../work/gates/decision-signer.ts';
import type { JobHandler } from '../work/jobs/runner.ts';

/** The jobs that read images, judge what is in them and publish what is said of that. */
export function analysisJobs(parts: AnalysisParts): JobHandler[] {
  const { database, clock, advisories, blobs } = parts;
  return [
    {
      kind: ANALYSE_IMAGE,
      run: (payload, signal) => analyseImage(parts, analysisJobSchema.parse(payload).manifest, signal),
    },
    {
      kind: JUDGE_PACKAGES,
      run: () => judgeChanged({ database, advisories, clock }, undefined).then(() => undefined),
    },
    {
      kind: RENEW_ANALYSES,
      run: (_payload, signal) =>
        renewAnalyses(database, clock, analysisVersion(ANALYSER_VERSION, parts.malware), signal).then(() => undefined),
    },
    new VexPublisher({ database, blobs, clock, sign: (bytes) => serverSignature(database, bytes) }),
  ];
}

/**
 * What an earlier process left: a new advisory set that it did not judge everything with, and images that earlier
 * analysers read.
 */
export async function catchUp(
  database: Database,
  current: string,
  malware: MalwareScanner | undefined,
  now: number,
): Promise<void> {
  const { content } = database.records;
  const version = analysisVersion(ANALYSER_VERSION, malware);
  const standing = await content.judgedWith();
  const waiting = [
    ...(standing !== undefined && standing !== current ? [{ kind: JUDGE_PACKAGES, dedupeKey: current }] : []),
    ...((await content.imagesReadBefore(version, { limit: 1 })).length > 0
      ? [{ kind: RENEW_ANALYSES, dedupeKey: RENEW_ANALYSES }]
      : []),
  ];
  if (waiting.length === 0) return;
  await database.change(async ({ jobs }) => {
    for (const each of waiting) await jobs.enqueue({ ...each, id: uuidv7(now), payload: {}, priority: 5, runAt: now });
  });
}
