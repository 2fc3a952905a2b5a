import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { AssayError } from '../lib/error.ts';

export interface ConsoleFiles {
  send(request: IncomingMessage, response: ServerResponse, path: string): void;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** What a browser may do with a page of ours. */
export const PAGE_SECURITY: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
};

interface File {
  readonly type: string;
  readonly bytes: Buffer;
  readonly brotli: Buffer | undefined;
  readonly etag: string;
  readonly immutable: boolean;
}

/** The built console, held in memory; every path without a file is the page itself, which finds its own way. */
export async function loadConsole(folder: string): Promise<ConsoleFiles> {
  const files = new Map<string, File>();
  for (const path of await listFiles(folder)) {
    const bytes = await readFile(path);
    const name = `/${relative(folder, path).split(sep).join('/')}`;
    const compressible = /^(?:text|application\/json|image\/svg)/.test(TYPES[extname(path)] ?? '');
    files.set(name, {
      type: TYPES[extname(path)] ?? 'application/octet-stream',
      bytes,
      brotli: compressible ? brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }) : undefined,
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      immutable: name.startsWith('/assets/'),
    });
  }
  return {
    send(request, response, path) {
      if (request.method !== 'GET' && request.method !== 'HEAD') throw new AssayError('method-not-allowed');
      const file =
        files.get(path === '/' ? '/index.html' : path) ??
        (extname(path) === '' || !path.startsWith('/assets/') ? files.get('/index.html') : undefined);
      if (!file)
        throw new AssayError(
          'not-found',
          files.size === 0 ? 'the console is not built; the API is at /api/openapi.json' : 'no such page',
        );
      sendFile(request, response, file);
    },
  };
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: File): void {
  const headers = {
    ...PAGE_SECURITY,
    ETag: file.etag,
    Vary: 'Accept-Encoding',
    'Cache-Control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const brotli = file.brotli && /\bbr\b/.test(request.headers['accept-encoding'] ?? '') ? file.brotli : undefined;
  const body = brotli ?? file.bytes;
  response.writeHead(200, {
    ...headers,
    'Content-Type': file.type,
    'Content-Length': body.length,
    ...(brotli && { 'Content-Encoding': 'br' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
