/** Tables of statements about images. */
export interface VexSchema {
  vex_statements: {
    id: string;
    repository_id: string;
    digest: string;
    body: string;
    recorded_at: number;
    withdrawn_at: number | null;
    withdrawn_by: string | null;
  };
  vex_published: { repository_id: string; digest: string; manifest: string };
}
