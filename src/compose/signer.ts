import { readFileSync } from 'node:fs';
import type { Config } from '../config/load.ts';
import type { Signer } from '../core/ports/signer.ts';
import { OperatorError } from '../kernel/app-error.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { createHttpSigner } from '../signers/http/http-signer.ts';
import { createSoftwareSigner } from '../signers/software/software-signer.ts';

interface SignerParts {
  readonly config: Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Whoever seals for the meters with an ESAM; the secret of an encryption machine comes from FEIKONG_SIGNER_SECRET. */
export function createSigner({ config, environment, clock, logger }: SignerParts): Signer {
  const { signer } = config;
  const meters = config.points.filter(({ security }) => security === 'esam').length;
  if (signer.kind === 'software') {
    if (meters > 0) logger.info({ meters }, 'the software signer, a double with test keys, seals for simulated meters');
    return createSoftwareSigner();
  }
  const secret = environment.FEIKONG_SIGNER_SECRET;
  if (secret === undefined || !/^[\x21-\x7e]+$/.test(secret))
    throw new OperatorError(
      'config-invalid',
      'signer: the environment lacks FEIKONG_SIGNER_SECRET; set it to the secret that the encryption machine knows, visible ASCII characters without blanks',
    );
  logger.info({ meters, machine: signer.url.href }, 'an encryption machine seals for meters with an ESAM');
  const { url, caFile, timeoutMs } = signer;
  return createHttpSigner({ url, secret, authority: readAuthority(caFile), timeoutMs, clock });
}

function readAuthority(caFile: string | undefined): string | undefined {
  if (caFile === undefined) return undefined;
  try {
    return readFileSync(caFile, 'utf8');
  } catch (error) {
    throw new OperatorError(
      'config-invalid',
      `signer.caFile: ${caFile} cannot be read; name a PEM file that this user may read`,
      {},
      error,
    );
  }
}
