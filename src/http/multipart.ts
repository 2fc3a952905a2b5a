import { AssayError } from '../lib/error.ts';

/** One part of a form: the field's name, the file name as it was sent, slashes and all, and the bytes. */
export interface FormPart {
  readonly name: string;
  readonly fileName: string | undefined;
  readonly bytes: Buffer;
}

const MAX_HEADERS = 8 * 1024;

/** The boundary of a multipart/form-data Content-Type (RFC 2046 section 5.1.1: 1 to 70 characters), or none. */
export function boundaryOf(contentType: string): string | undefined {
  const match = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

/**
 * The parts of a form (RFC 7578) that is in memory. Node's own reader refuses short boundaries, which are legal, and
 * forms without parts, which docker sends. Throws `trust-upload-malformed`.
 */
export function readForm(body: Buffer, boundary: string, maxParts: number): FormPart[] {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const parts: FormPart[] = [];
  // The first delimiter may stand at the very beginning, without the line end that belongs to it.
  let at = body.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2))
    ? delimiter.length - 2
    : after(body, delimiter, 0);
  for (;;) {
    if (body[at] === 0x2d && body[at + 1] === 0x2d) return parts;
    while (body[at] === 0x20 || body[at] === 0x09) at++;
    if (body[at] !== 0x0d || body[at + 1] !== 0x0a) throw malformed();
    if (parts.length >= maxParts) throw malformed(`more than ${maxParts} parts`);
    const end = body.indexOf(delimiter, at);
    if (end < 0) throw malformed();
    parts.push(readPart(body.subarray(at + 2, end)));
    at = end + delimiter.length;
  }
}

function after(body: Buffer, delimiter: Buffer, from: number): number {
  const found = body.indexOf(delimiter, from);
  if (found < 0) throw malformed();
  return found + delimiter.length;
}

function readPart(part: Buffer): FormPart {
  const cut = part.indexOf('\r\n\r\n');
  if (cut < 0 || cut > MAX_HEADERS) throw malformed();
  const headers = part.toString('utf8', 0, cut);
  const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(headers)?.[1];
  if (disposition === undefined) throw malformed();
  return {
    name: parameter(disposition, 'name') ?? '',
    fileName: parameter(disposition, 'filename'),
    bytes: part.subarray(cut + 4),
  };
}

/** A quoted parameter; quotes inside come as %22 or with a backslash. */
function parameter(disposition: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|;)\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(disposition);
  return match?.[1]?.replaceAll(/\\(.)/g, '$1').replaceAll('%22', '"');
}

function malformed(detail?: string): AssayError {
  return new AssayError('trust-upload-malformed', undefined, detail === undefined ? {} : { detail });
}
