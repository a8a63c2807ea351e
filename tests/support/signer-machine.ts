/** An encryption machine for tests: a real HTTP server that speaks docs/signer-http.md, with the software double behind it. */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { RelayAction } from '../../src/core/model/command.ts';
import type { Session } from '../../src/core/ports/signer.ts';
import { fromHex, toHex } from '../../src/kernel/bytes.ts';
import { parseLocalTime } from '../../src/kernel/local-time.ts';
import type { Result } from '../../src/kernel/result.ts';
import { fen } from '../../src/kernel/units.ts';
import { createSoftwareSigner } from '../../src/signers/software/software-signer.ts';

export const SECRET = 'a-secret-of-the-test';

export interface AskedMachine {
  readonly path: string;
  readonly question: Readonly<Record<string, string | number>>;
}

export interface SignerMachine {
  readonly url: string;
  /** Every question with the right secret, in order. */
  readonly asked: AskedMachine[];
  /** What it says instead, where a test wants it to; undefined lets it work, `silence` answers nothing. */
  instead: { readonly status: number; readonly text: string } | 'silence' | undefined;
  /** Makes MACs that no meter believes. */
  spoils: boolean;
  close(): Promise<void>;
}

const bytes = (value: unknown): Uint8Array => fromHex(String(value)) ?? new Uint8Array(0);
const double = createSoftwareSigner();

/** @param options.port a port that it had before; any free one where absent */
export async function startSignerMachine(
  options: { readonly port?: number; readonly tls?: { readonly key: Buffer; readonly cert: Buffer } } = {},
): Promise<SignerMachine> {
  const machine: SignerMachine = { url: '', asked: [], instead: undefined, spoils: false, close: async () => undefined };
  const listener: RequestListener = async (request, response) => {
    const say = (status: number, content: string) => response.writeHead(status, { 'content-type': 'application/json' }).end(content);
    if (request.headers.authorization !== `Bearer ${SECRET}`) return say(401, '{"reason":"who are you?"}');
    const question = JSON.parse(await bodyOf(request)) as AskedMachine['question'];
    const path = String(request.url).replace('/machine/', '');
    machine.asked.push({ path, question });
    if (machine.instead === 'silence') return undefined;
    if (machine.instead !== undefined) return say(machine.instead.status, machine.instead.text);
    const answer = await answerTo(path, question);
    if (!answer.ok) return say(422, JSON.stringify({ reason: answer.error.reason }));
    return say(200, textOf(answer.value, machine.spoils));
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(machine, {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/machine`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

type Sealed = Result<object, { readonly reason: string }>;

async function answerTo(path: string, question: AskedMachine['question']): Promise<Sealed> {
  const meter = { address: String(question.address), simulatedLine: true };
  const session: Session = { meter, random: bytes(question.random), serial: bytes(question.serial) };
  const purchase = { amount: fen(BigInt(question.amountFen ?? 0)), count: Number(question.count), customer: String(question.customer) };
  switch (path) {
    case 'authenticate':
      return double.authenticate(meter);
    case 'seal-relay':
      return sealRelay(session, question);
    case 'open-account':
      return double.openAccount(session, purchase);
    case 'recharge':
      return double.recharge(session, purchase);
    default:
      return { ok: false, error: { reason: `nothing is at ${path}` } };
  }
}

async function sealRelay(session: Session, { action, validUntil }: AskedMachine['question']): Promise<Sealed> {
  const until = parseLocalTime(String(validUntil));
  if (until === undefined) return { ok: false, error: { reason: 'validUntil is no wall time' } };
  return double.sealRelay(session, { action: action as RelayAction, validUntil: until });
}

function textOf(sealed: object, spoils: boolean): string {
  const fields = Object.entries(sealed).map(([name, value]: [string, Uint8Array]) => {
    return [name, toHex(spoils && name === 'mac' ? value.map((byte) => byte ^ 0xff) : value)];
  });
  return JSON.stringify(Object.fromEntries(fields));
}
