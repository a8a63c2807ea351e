import { existsSync } from 'node:fs';
import { OperatorError } from '../kernel/app-error.ts';

/** What the command line says of a gateway on this machine. */
export interface BesideGateway {
  /** A gateway works here: its gates must not be gone past, and its registers not reset under it. */
  readonly data?: string | undefined;
  readonly benchTest?: boolean | undefined;
}

export function refuseBesideGateway({ data, benchTest }: BesideGateway): void {
  if (data === undefined || !existsSync(data) || benchTest === true) return;
  throw new OperatorError(
    'bench-test-only',
    `A data folder is configured (${data}): ask its gateway for the command, or say --bench-test on a meter that supplies nobody`,
    { data },
  );
}
