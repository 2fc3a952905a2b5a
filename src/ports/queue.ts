/** One piece of work to be done outside a request; handlers may run twice and must not mind. */
export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly payload: unknown;
  readonly attempts: number;
}

export interface JobSummary extends Job {
  readonly dedupeKey: string;
  readonly state: 'waiting' | 'running' | 'dead';
  readonly runAt: number;
  readonly lastError: string | undefined;
}

export interface JobRecords {
  /** Adds a job unless one of the same kind and key waits already. Lower priority runs first. */
  enqueue(job: {
    id: string;
    kind: string;
    dedupeKey: string;
    payload: unknown;
    priority: number;
    runAt: number;
  }): Promise<void>;
  /** Takes the next job that is due and leases it. */
  take(kinds: readonly string[], now: number, leaseUntil: number): Promise<Job | undefined>;
  /** Keeps the lease of a job that is still being worked on. */
  prolong(id: string, leaseUntil: number): Promise<void>;
  done(id: string): Promise<void>;
  /** Puts the job back for later, or marks it dead. */
  failed(id: string, reason: string, runAt: number | undefined): Promise<void>;
  /** Gives back what a process that died had leased. */
  releaseLeases(): Promise<void>;
  list(limit: number): Promise<JobSummary[]>;
  pending(kind: string, dedupeKey: string): Promise<JobSummary | undefined>;
}
