/** One question to an encryption machine over HTTP: JSON there and back, a bound on its time and on the answer's length. */
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { SignerFailure } from '../../core/ports/signer.ts';
import type { Clock } from '../../kernel/clock.ts';
import { err, ok, type Result } from '../../kernel/result.ts';

export interface MachineAccess {
  /** Where its paths begin. */
  readonly url: URL;
  /** Goes with each question as a Bearer token. Never for a log. */
  readonly secret: string;
  /** PEM of the authority that the machine's certificate is signed by; the system's own where absent. */
  readonly authority: string | undefined;
  /** For the whole of one question. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** An answer is a few hundred bytes. */
const LONGEST_ANSWER = 64 * 1024;

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** @returns what the machine answered with status 200, whatever it is */
export async function askMachine(access: MachineAccess, path: string, question: object): Promise<Result<unknown, SignerFailure>> {
  const place = new URL(path, access.url);
  const stop = new AbortController();
  const cancel = access.clock.after(access.timeoutMs, () => stop.abort());
  try {
    return judge(await post(access, place, JSON.stringify(question), stop.signal), place);
  } catch (error) {
    const within = `no answer from ${place.href} within ${access.timeoutMs} ms; look whether it runs and is not overloaded`;
    const reason = error instanceof Error ? error.message : String(error);
    return down(
      stop.signal.aborted ? within : `${place.href} cannot be asked (${reason}); look at its address, its certificate and the network`,
    );
  } finally {
    cancel();
  }
}

function post({ secret, authority }: MachineAccess, place: URL, body: string, signal: AbortSignal): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${secret}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    accept: 'application/json',
  };
  return new Promise((resolve, reject) => {
    // A connection of its own for each question: one that was kept may be dead, and would look like a machine that is.
    const options = { method: 'POST', headers, signal, agent: false } as const;
    const asked =
      place.protocol === 'https:'
        ? requestTls(place, { ...options, ...(authority === undefined ? {} : { ca: authority }) })
        : requestPlain(place, options);
    asked.on('error', reject);
    asked.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('error', reject);
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > LONGEST_ANSWER) asked.destroy(new Error(`an answer longer than ${LONGEST_ANSWER} characters`));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('close', () => reject(new Error('the answer broke off')));
    });
    asked.end(body);
  });
}

/** 200 is an answer, 4xx a refusal with its reason; the rest is a machine in trouble. A redirection is not followed: keys stay where they are. */
function judge({ status, text }: Answer, { href }: URL): Result<unknown, SignerFailure> {
  const content = parsed(text);
  if (status === 401 || status === 403)
    return err({ code: 'signer-refused', reason: `${href} refuses our secret (${status}); correct FEIKONG_SIGNER_SECRET` });
  if (status >= 400 && status < 500) return err({ code: 'signer-refused', reason: `${href} refuses (${status}): ${reasonIn(content)}` });
  if (status !== 200) return down(`${href} answered with status ${status}: ${reasonIn(content)}; look at the machine's own log`);
  return content === undefined
    ? down(`${href} answered with something that is no JSON; look whether it is an encryption machine`)
    : ok(content);
}

const down = (reason: string) => err<SignerFailure>({ code: 'signer-down', reason });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const LONGEST_REASON = 200;

function reasonIn(content: unknown): string {
  const reason = typeof content === 'object' && content !== null && 'reason' in content ? content.reason : undefined;
  return typeof reason === 'string' && reason !== '' ? reason.slice(0, LONGEST_REASON) : 'it gives no reason';
}
