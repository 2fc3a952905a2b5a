/** Tables of what was in images that are gone. */
export interface FormerContentSchema {
  former_findings: {
    vulnerability: string;
    repository_id: string;
    digest: string;
    pushed_at: number;
    deleted_at: number;
  };
}
