import type { Observation } from '../src/content/findings/observation.ts';
import type { Digest } from '../src/oci/digest.ts';
import type { RepositoryName } from '../src/oci/names.ts';
import type { Facts, FindingFacts, ImageFacts, PolicyRequest, SignatureFacts } from '../src/policy/facts.ts';
import type { Rules } from '../src/policy/evaluate.ts';
import { plainProfile } from '../src/policy/health/profile.ts';
import type { PolicyException } from '../src/policy/exception.ts';
import { readPolicies } from '../src/policy/read-policy.ts';

/** A moment in every test of policies. */
export const NOW = Date.UTC(2026, 10, 27, 12);
export const DAY = 86_400_000;
export const DIGEST = `sha256:${'a'.repeat(64)}` as Digest;
export const OTHER = `sha256:${'b'.repeat(64)}` as Digest;
export const REPOSITORY = 'shop/app' as RepositoryName;

export function finding(more: Partial<FindingFacts> = {}): FindingFacts {
  return {
    id: 'CVE-2026-1',
    aliases: ['GHSA-x'],
    package: 'openssl',
    version: '3.0.1',
    severity: 'critical',
    status: 'affected',
    exploited: false,
    epss: 0,
    ...more,
  };
}

export function observation(more: Partial<Observation> = {}): Observation {
  return { kind: 'practice', id: 'no-labels', title: 't', severity: 'negligible', place: 'image', ...more };
}

export function signature(more: Partial<SignatureFacts> = {}): SignatureFacts {
  return {
    gun: REPOSITORY,
    tag: 'v1',
    digest: DIGEST,
    signers: ['targets/releases'],
    keys: ['c'.repeat(64)],
    goodUntil: NOW + 100 * DAY,
    ...more,
  };
}

type Changes = Partial<Omit<Facts, 'image'>> & { readonly image?: Partial<ImageFacts> };

/** Facts of an image with nothing against it, but for what is given. */
export function factsOf({ image, ...more }: Changes = {}): Facts {
  return {
    analysis: {
      state: 'complete',
      analysedAt: NOW - DAY,
      judgedAt: NOW - DAY,
      advisoriesAt: NOW - DAY,
      packages: 10,
      unjudged: 0,
      incomplete: [],
    },
    findings: [],
    observations: [],
    distribution: { id: 'debian', version: '13', name: 'Debian 13', end: { endedAt: '2028-08-09' } },
    trust: { state: 'verified', signatures: [signature()], turnsAt: [] },
    origin: {
      source: 'https://git.example.com/app',
      revision: 'abc',
      baseName: 'docker.io/library/debian:13',
      baseDigest: OTHER,
      attached: ['application/vnd.in-toto+json'],
    },
    release: { state: 'none', by: '', reason: '', at: 0 },
    naming: { moves: 0, movedAt: NOW - DAY, immutable: false },
    gaps: {},
    digest: 'facts',
    ...more,
    image: {
      digest: DIGEST,
      repository: REPOSITORY,
      tags: ['v1'],
      kind: 'image',
      platform: 'linux/amd64',
      user: '1000',
      root: false,
      createdAt: NOW - DAY,
      size: 1000,
      labels: {},
      ports: [],
      healthcheck: true,
      ...image,
    },
  };
}

export function requestOf(more: Partial<PolicyRequest> = {}): PolicyRequest {
  return { gate: 'pull', repository: REPOSITORY, tag: 'v1', actor: { class: 'person', name: 'ann' }, ...more };
}

export function rulesOf(text: string, exceptions: readonly PolicyException[] = []): Rules {
  return { policies: readPolicies(text), exceptions, profile: plainProfile, digest: text };
}

export function exceptionOf(more: Partial<PolicyException> = {}): PolicyException {
  return {
    id: 'x',
    kind: 'exception',
    organisation: 'shop',
    owner: 'olga',
    reason: 'a fix is on its way',
    scope: { repository: 'shop/**' },
    createdAt: NOW - DAY,
    expiresAt: NOW + DAY,
    ...more,
  };
}
