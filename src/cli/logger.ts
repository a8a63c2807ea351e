import { pino } from 'pino';
import type { Logger } from '../kernel/logger.ts';

/** Structured logs on standard error, so that standard output belongs to answers. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['password', '*.password', 'key', '*.key'],
      serializers: { error: pino.stdSerializers.err },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
