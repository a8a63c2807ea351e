/** What the product asks of a logger; pino fits as it is. Keys, passwords and customers' names never reach it. */
export interface Logger {
  trace(fields: object, message?: string): void;
  debug(fields: object, message?: string): void;
  info(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
  error(fields: object, message?: string): void;
  child(bindings: Record<string, unknown>): Logger;
}

const silent = () => undefined;
/** Says nothing; for tools that answer on standard output alone. */
export const silentLogger: Logger = { trace: silent, debug: silent, info: silent, warn: silent, error: silent, child: () => silentLogger };
