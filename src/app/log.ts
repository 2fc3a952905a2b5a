import type { Logger } from 'pino';
import { withoutToken } from '../http/path-token.ts';
import type { RequestLog } from '../http/server.ts';
import type { HouseMetrics } from './metrics.ts';

/** One line a request; what was unforeseen is logged with its cause, and nothing of headers or bodies ever is. */
export function requestLog(log: Logger, metrics: HouseMetrics): RequestLog {
  return {
    answered(request, response, { requestId, actor, milliseconds, error }) {
      metrics.answered(request.method ?? '', response.statusCode, milliseconds);
      const level = error?.code === 'internal' || response.statusCode >= 500 ? 'error' : 'debug';
      if (!log.isLevelEnabled(level)) return;
      const path = withoutToken((request.url ?? '').split('?', 1)[0] ?? '').slice(0, 300);
      log[level](
        {
          requestId,
          method: request.method,
          path,
          status: response.statusCode,
          ms: Math.round(milliseconds * 10) / 10,
          ...(actor && { actor }),
          ...(error && { code: error.code }),
          ...(error?.code === 'internal' && { err: error.cause }),
        },
        'answered',
      );
    },
  };
}
