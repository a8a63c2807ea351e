import { readFileSync, statSync } from 'node:fs';
import { OperatorError } from '../kernel/app-error.ts';

/** Where the password of a meter is looked for: never among the arguments, which every user of the machine can list. */
export interface PasswordSource {
  /** The option that names a file. */
  readonly option: string;
  readonly file: string | undefined;
  /** The environment variable that holds it, where no file is named. */
  readonly variable: string;
}

export const METER_PASSWORD = { option: '--password-file', variable: 'FEIKONG_METER_PASSWORD' } as const;
export const NEW_METER_PASSWORD = { option: '--new-password-file', variable: 'FEIKONG_NEW_METER_PASSWORD' } as const;

const OTHERS_MAY_READ = 0o077;

/** @returns `LLPPPPPP`, undefined where there is none; its content never stands in an error */
export function readMeterPassword(source: PasswordSource, environment: NodeJS.ProcessEnv): string | undefined {
  const { option, file, variable } = source;
  const password = file === undefined ? environment[variable] : readPasswordFile(option, file);
  if (password === undefined) return undefined;
  if (/^\d{8}$/.test(password)) return password;
  const where = file === undefined ? variable : `${option} ${file}`;
  throw new OperatorError('bad-request', `${where} holds no password; expected LLPPPPPP: two digits of level and six of password`);
}

/** As `readMeterPassword`, for what cannot go without one. */
export function requireMeterPassword(source: PasswordSource, environment: NodeJS.ProcessEnv): string {
  const password = readMeterPassword(source, environment);
  if (password !== undefined) return password;
  throw new OperatorError(
    'bad-request',
    `No password is given: set ${source.variable}, or name a file that holds it with ${source.option}`,
  );
}

function readPasswordFile(option: string, file: string): string {
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & OTHERS_MAY_READ) !== 0) {
      throw new OperatorError('bad-request', `${option} ${file} can be read by others; expected a file of mode 600`, { file });
    }
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError('bad-request', `${option} ${file} cannot be read (${reason}); name a readable file`, { file }, error);
  }
}
