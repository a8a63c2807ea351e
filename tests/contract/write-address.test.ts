/** The one item that a meter is called by: it is read back where the meter answers from then on. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import {
  createDlt645Framer,
  decodeFrame,
  decodeRequest,
  encodeReply,
  findWritable,
  type Reply,
  type Request,
} from '../../protocols/dlt645/index.ts';
import { openLink } from '../../src/cli/link.ts';
import { writeItem } from '../../src/drivers/dlt645/write-item.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { parseZone } from '../../src/kernel/local-time.ts';

const OLD = '000012345678';
const NEW = '000012345679';

/** The digits of an address as they travel. */
const bytesOf = (address: string) => Uint8Array.from(address.match(/../g)?.toReversed() ?? [], (pair) => Number.parseInt(pair, 16));

/** A meter that holds nothing but its address, answers to it alone, and takes another. */
async function renamableMeter(): Promise<{ readonly url: string; readonly asked: string[] }> {
  let address = OLD;
  const asked: string[] = [];
  const replyTo = (request: Request): Reply | undefined => {
    if (request.kind === 'read') return { kind: 'read', di: request.di, value: bytesOf(address), more: false };
    return request.kind === 'write' ? { kind: 'accepted', function: 0x14, data: new Uint8Array(0) } : undefined;
  };
  const server = createServer((socket) => {
    const framer = createDlt645Framer();
    socket.on('data', (chunk) => {
      for (const { bytes } of framer.push(chunk).filter(({ kind }) => kind === 'frame')) {
        const frame = decodeFrame(bytes);
        const request = frame.ok && frame.value.address === address ? decodeRequest(frame.value) : undefined;
        if (request?.ok !== true) continue;
        asked.push(`${request.value.kind} ${address}`);
        const reply = replyTo(request.value);
        if (reply !== undefined) socket.write(encodeReply(address, reply));
        if (request.value.kind === 'write') address = NEW;
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const listening = server.address();
  return { url: `tcp://127.0.0.1:${typeof listening === 'object' ? listening?.port : ''}`, asked };
}

test('a new address is written once and read back from the new address', async () => {
  const { url, asked } = await renamableMeter();
  const link = await openLink(url, systemClock);
  onTestFinished(() => link.close());
  const [row, zone] = [findWritable('communication address'), parseZone('Asia/Shanghai')];
  if (row === undefined || zone === undefined) return expect.unreachable('no row');
  const meter = { id: 'm1', address: OLD, zone, password: '02123456', operatorCode: '00000007' };
  const common = { bus: link.bus, clock: systemClock, meter, row, dryRun: false, asking: { priority: 'on-demand' } } as const;
  expect(await writeItem({ ...common, wanted: [NEW] })).toMatchObject({
    ok: true,
    value: { result: 'written', difference: [{ before: OLD, after: NEW }], readBack: [{ value: NEW }] },
  });
  expect(asked).toEqual([`read ${OLD}`, `write ${OLD}`, `read ${NEW}`]);
});
