import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { systemViewer } from '../access/viewer.ts';
import type { House } from '../http/house.ts';

export interface HouseMetrics {
  answered(method: string, status: number, milliseconds: number): void;
  text(): Promise<{ type: string; text: string }>;
}

/** Figures in Prometheus' text format; gauges are asked of the database when they are read. */
export function makeMetrics(house: House): HouseMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'assay_http_requests_total',
    help: 'Requests answered',
    labelNames: ['method', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'assay_http_request_seconds',
    help: 'Time to the end of the answer',
    labelNames: ['method'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [registry],
  });
  const repositories = new Gauge({ name: 'assay_repositories', help: 'Repositories', registers: [registry] });
  const jobs = new Gauge({
    name: 'assay_jobs',
    help: 'Jobs by state',
    labelNames: ['kind', 'state'],
    registers: [registry],
  });
  const feedAge = new Gauge({
    name: 'assay_advisory_feed_age_seconds',
    help: 'Seconds since the feed was imported',
    labelNames: ['feed'],
    registers: [registry],
  });
  return {
    answered(method, status, milliseconds) {
      const known = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE)$/.test(method) ? method : 'other';
      requests.inc({ method: known, status: String(status) });
      seconds.observe({ method: known }, milliseconds / 1000);
    },
    async text() {
      repositories.set(
        await house.database.records.registry.countRepositories(systemViewer('metrics count repositories')),
      );
      jobs.reset();
      for (const job of await house.database.records.jobs.list(10_000)) jobs.inc({ kind: job.kind, state: job.state });
      feedAge.reset();
      for (const feed of house.advisories.current().feeds)
        feedAge.set({ feed: feed.feed }, (house.clock.now() - feed.importedAt) / 1000);
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}
