/**
 * Every error Assay can answer with: one row each. `status` is the HTTP status, `oci` the code of the OCI distribution
 * specification 1.1 (or of the docker token protocol) on /v2, `exit` the exit status of the command line
 * (1 a definite no, 2 wrong usage or unreadable input, 3 could not decide), `text` the words when no better ones exist.
 */
export const errorTable = {
  // names and input
  'name-invalid': { status: 400, oci: 'NAME_INVALID', exit: 2, text: 'the repository name is not valid' },
  'name-reserved': { status: 400, oci: 'NAME_INVALID', exit: 2, text: 'the first segment of this name is reserved' },
  'name-unknown': { status: 404, oci: 'NAME_UNKNOWN', exit: 2, text: 'no such repository, or not visible to you' },
  'tag-invalid': { status: 400, oci: 'TAG_INVALID', exit: 2, text: 'the tag is not valid' },
  'digest-invalid': { status: 400, oci: 'DIGEST_INVALID', exit: 2, text: 'the digest is not valid' },
  'digest-mismatch': {
    status: 400,
    oci: 'DIGEST_INVALID',
    exit: 2,
    text: 'the content does not have the given digest',
  },
  'size-invalid': { status: 400, oci: 'SIZE_INVALID', exit: 2, text: 'the content does not have the given size' },
  'range-invalid': {
    status: 416,
    oci: 'BLOB_UPLOAD_INVALID',
    exit: 2,
    text: 'the range does not follow what is stored',
  },
  'range-unsatisfiable': { status: 416, oci: 'SIZE_INVALID', exit: 2, text: 'the range lies outside the content' },
  'input-invalid': { status: 400, oci: 'UNSUPPORTED', exit: 2, text: 'the request is not valid' },
  'json-invalid': { status: 400, oci: 'MANIFEST_INVALID', exit: 2, text: 'not valid JSON' },
  'reference-invalid': { status: 400, oci: 'NAME_INVALID', exit: 2, text: 'the image reference is not valid' },
  'usage-invalid': { status: 400, oci: 'UNSUPPORTED', exit: 2, text: 'the command was not understood' },
  'configuration-invalid': { status: 500, oci: 'UNSUPPORTED', exit: 2, text: 'the configuration is not valid' },
  // content
  'blob-unknown': { status: 404, oci: 'BLOB_UNKNOWN', exit: 2, text: 'no such blob in this repository' },
  'blob-upload-unknown': { status: 404, oci: 'BLOB_UPLOAD_UNKNOWN', exit: 2, text: 'no such upload; start a new one' },
  'blob-upload-invalid': { status: 400, oci: 'BLOB_UPLOAD_INVALID', exit: 2, text: 'the upload request is not valid' },
  'blob-upload-busy': {
    status: 409,
    oci: 'BLOB_UPLOAD_INVALID',
    exit: 3,
    text: 'another request writes to this upload',
  },
  'blob-too-large': {
    status: 413,
    oci: 'SIZE_INVALID',
    exit: 2,
    text: 'the blob is larger than this registry accepts',
  },
  'blob-damaged': { status: 500, oci: 'BLOB_UNKNOWN', exit: 3, text: 'the stored blob is damaged; run assay fsck' },
  'manifest-unknown': { status: 404, oci: 'MANIFEST_UNKNOWN', exit: 2, text: 'no such manifest in this repository' },
  'manifest-invalid': { status: 400, oci: 'MANIFEST_INVALID', exit: 2, text: 'the manifest is not valid' },
  'manifest-blob-unknown': {
    status: 404,
    oci: 'MANIFEST_BLOB_UNKNOWN',
    exit: 2,
    text: 'the manifest refers to content that is not in this repository',
  },
  'manifest-too-large': {
    status: 413,
    oci: 'MANIFEST_INVALID',
    exit: 2,
    text: 'the manifest is larger than this registry accepts',
  },
  'manifest-referenced': {
    status: 409,
    oci: 'DENIED',
    exit: 1,
    text: 'the manifest is part of an index; delete the index first',
  },
  // access
  unauthorized: { status: 401, oci: 'UNAUTHORIZED', exit: 2, text: 'authentication required' },
  'credentials-invalid': { status: 401, oci: 'UNAUTHORIZED', exit: 2, text: 'wrong name or password' },
  denied: { status: 403, oci: 'DENIED', exit: 1, text: 'you have no right to do this' },
  'too-many-requests': { status: 429, oci: 'TOOMANYREQUESTS', exit: 3, text: 'too many attempts; wait and try again' },
  'origin-refused': { status: 403, oci: 'DENIED', exit: 1, text: 'the request comes from another site' },
  'host-unknown': {
    status: 421,
    oci: 'UNSUPPORTED',
    exit: 2,
    text: 'this server does not answer to that host name; add it to publicNames',
  },
  // resources
  'not-found': { status: 404, oci: 'UNSUPPORTED', exit: 2, text: 'no such thing' },
  'already-exists': { status: 409, oci: 'DENIED', exit: 2, text: 'it exists already' },
  conflict: { status: 409, oci: 'DENIED', exit: 3, text: 'it was changed meanwhile; read it again' },
  'precondition-failed': { status: 412, oci: 'DENIED', exit: 3, text: 'it is not the version you named' },
  'method-not-allowed': { status: 405, oci: 'UNSUPPORTED', exit: 2, text: 'this method is not allowed here' },
  'media-type-unsupported': { status: 415, oci: 'UNSUPPORTED', exit: 2, text: 'this media type is not accepted' },
  'body-too-large': { status: 413, oci: 'SIZE_INVALID', exit: 2, text: 'the request body is too large' },
  'uri-too-long': { status: 414, oci: 'UNSUPPORTED', exit: 2, text: 'the request address is too long' },
  unsupported: { status: 400, oci: 'UNSUPPORTED', exit: 2, text: 'not supported' },
  // analysis
  'content-budget-exceeded': {
    status: 422,
    oci: 'UNSUPPORTED',
    exit: 3,
    text: 'the content exceeds a limit of the analysis',
  },
  'content-malformed': { status: 422, oci: 'UNSUPPORTED', exit: 2, text: 'the content cannot be read' },
  'analysis-failed': { status: 500, oci: 'UNSUPPORTED', exit: 3, text: 'the analysis did not finish' },
  'not-analysed': { status: 409, oci: 'UNSUPPORTED', exit: 3, text: 'the image has not been analysed yet' },
  'advisory-feed-invalid': { status: 422, oci: 'UNSUPPORTED', exit: 2, text: 'the advisory feed cannot be read' },
  // the world
  'storage-full': { status: 507, oci: 'UNSUPPORTED', exit: 3, text: 'the disk of the registry is full' },
  'storage-failed': { status: 503, oci: 'UNSUPPORTED', exit: 3, text: 'the storage of the registry failed' },
  'network-failed': { status: 502, oci: 'UNSUPPORTED', exit: 3, text: 'the other side could not be reached' },
  'remote-refused': { status: 502, oci: 'UNSUPPORTED', exit: 3, text: 'the other side refused' },
  'data-locked': { status: 503, oci: 'UNSUPPORTED', exit: 3, text: 'the data directory is in use by another process' },
  'data-newer': { status: 503, oci: 'UNSUPPORTED', exit: 3, text: 'the data directory was written by a newer version' },
  stopping: { status: 503, oci: 'UNSUPPORTED', exit: 3, text: 'the server is stopping' },
  'request-timeout': { status: 408, oci: 'UNSUPPORTED', exit: 3, text: 'the request took too long' },
  'client-gone': { status: 499, oci: 'UNSUPPORTED', exit: 3, text: 'the client went away' },
  internal: { status: 500, oci: 'UNSUPPORTED', exit: 3, text: 'an unexpected error; the log has the request id' },
} as const satisfies Record<string, { status: number; oci: string; exit: 1 | 2 | 3; text: string }>;

export type ErrorCode = keyof typeof errorTable;
