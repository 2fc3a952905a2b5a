/** An image that an engine holds. */
export interface HeldImage {
  /** Digest of its configuration, or of its manifest where the engine keeps those. */
  readonly id: string;
  /** `host/repository@digest` of the registries that it came from or went to. */
  readonly repoDigests: readonly string[];
}

/** A container as its engine describes it. */
export interface HeldContainer {
  readonly image: string;
  readonly hostConfig: unknown;
}

/** What a gate on a host asks of the engine there, and of its file system. */
export interface ContainerEngine {
  image(name: string): Promise<HeldImage | undefined>;
  container(name: string): Promise<HeldContainer | undefined>;
  /** Driver and options of a named volume. */
  volume(name: string): Promise<{ readonly driver: string; readonly options: unknown } | undefined>;
  /** Where a path leads once links are followed; the path itself when nothing is there. */
  resolve(path: string): Promise<string>;
}
