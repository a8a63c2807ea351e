import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTcpServer, type TcpServerEvent, type TcpServerOptions } from '../../../src/transports/tcp-server.ts';
import { createTcpServerTransport } from '../../../src/transports/tcp-server-transport.ts';
import { certificateFor } from '../../support/certificate.ts';
import { createManualClock } from '../../support/manual-clock.ts';

/** Lines A and B behind one port, with a clock that stands still. The heartbeat's answer shows a test how far the server has heard. */
async function portFor(options: Partial<TcpServerOptions> = {}) {
  const clock = createManualClock();
  const events: TcpServerEvent[] = [];
  const server = createTcpServer({
    host: '127.0.0.1',
    portNumber: 0,
    clock,
    registration: { as: 'ascii', packet: 'REG:{identity};' },
    heartbeat: { as: 'ascii', packet: 'PING', answer: 'PONG', everyMs: 60_000 },
    onEvent: (event) => events.push(event),
    ...options,
  });
  const [a, b] = [lineFor('A'), lineFor('B')];
  function lineFor(identity: string) {
    const transport = createTcpServerTransport({ server, clock, identity });
    const said: string[] = [];
    const happened = createSignal();
    transport.listen({
      data(chunk) {
        said.push(Buffer.from(chunk).toString('latin1'));
        happened.fire();
      },
      up() {
        said.push('up');
        happened.fire();
      },
      down(reason) {
        said.push(`down: ${reason}`);
        happened.fire();
      },
    });
    transport.open();
    return {
      transport,
      said,
      /** Resolves when as much has been said. */
      async says(...expected: readonly string[]) {
        while (said.length < expected.length) await happened.next();
        expect(said).toEqual(expected);
      },
    };
  }
  const portNumber = await server.listen();
  onTestFinished(async () => {
    await Promise.all([a.transport.close(), b.transport.close()]);
    await server.close();
  });
  return { clock, server, events, portNumber, a, b };
}

function createSignal() {
  let waiting: (() => void)[] = [];
  return {
    fire() {
      for (const resolve of waiting.splice(0)) resolve();
      waiting = [];
    },
    next: () => new Promise<void>((resolve) => waiting.push(resolve)),
  };
}

/** A DTU in our hands. */
async function dial(portNumber: number, greeting = '') {
  const socket = connect({ port: portNumber, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  if (greeting !== '') socket.write(greeting, 'latin1');
  return dtuOn(socket);
}

function dtuOn(socket: Socket) {
  let heard = '';
  let isOver = false;
  const happened = createSignal();
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
    happened.fire();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    isOver = true;
    happened.fire();
  });
  onTestFinished(() => {
    socket.destroy();
  });
  return {
    send: (text: string) => socket.write(text, 'latin1'),
    async hears(text: string) {
      while (heard.length < text.length && !isOver) await happened.next();
      expect(heard).toBe(text);
    },
    async isHungUp() {
      while (!isOver) await happened.next();
    },
    hangUp: () => socket.destroy(),
  };
}

describe('A DTU that dials in', () => {
  test('gets the line of its identity, and the port serves others beside it', async () => {
    const { portNumber, a, b } = await portFor();
    expect(a.transport.state()).toMatchObject({ state: 'opening', reason: 'the DTU has not dialled in' });
    const dtuA = await dial(portNumber, 'REG:A;');
    const dtuB = await dial(portNumber, 'REG:B;');
    await a.says('up');
    await b.says('up');
    expect(await a.transport.write(Buffer.from('for A'), { replyWithinMs: 100 })).toEqual({ ok: true, value: undefined });
    await dtuA.hears('for A');
    dtuB.send('from B');
    await b.says('up', 'from B');
    expect(a.said).toEqual(['up']);
  });

  test('may cut its registration anywhere and glue a meter’s bytes to it', async () => {
    const { portNumber, a, server } = await portFor();
    const dtu = await dial(portNumber);
    dtu.send('RE');
    dtu.send('G:A');
    dtu.send(';PINGmeter');
    await a.says('up', 'meter');
    expect(server.counters()).toMatchObject({ registered: 1, 'no-registration': 0 });
  });

  test('that nobody expects is refused and counted', async () => {
    const { portNumber, events, server } = await portFor();
    const stranger = await dial(portNumber, 'REG:Z;');
    await stranger.isHungUp();
    expect(events).toEqual([{ kind: 'unknown-identity', count: 1, identity: 'Z', peer: '127.0.0.1' }]);
    expect(server.counters()).toMatchObject({ 'unknown-identity': 1, registered: 0 });
  });

  test('that says something else, or nothing for half a minute, is refused and counted', async () => {
    const { portNumber, clock, server } = await portFor();
    await (await dial(portNumber, 'GET / HTTP/1.1\r\n')).isHungUp();
    expect(server.counters()).toMatchObject({ 'no-registration': 1 });
    // Two connections are accepted in order: when the second line is up, the silent one waits already.
    const silent = await dial(portNumber);
    await (await dial(portNumber, 'REG:A;PING')).hears('PONG');
    await clock.advance(29_999);
    expect(server.counters()).toMatchObject({ 'no-registration': 1 });
    await clock.advance(1);
    await silent.isHungUp();
    expect(server.counters()).toMatchObject({ 'no-registration': 2 });
  });

  test('that hangs up and dials again has its line again', async () => {
    const { portNumber, a } = await portFor();
    const first = await dial(portNumber, 'REG:A;');
    await a.says('up');
    first.hangUp();
    await a.says('up', 'down: the other side closed the connection');
    expect(await a.transport.write(Buffer.from('x'), { replyWithinMs: 100 })).toEqual({
      ok: false,
      error: { code: 'line-down', sent: false, reason: 'the DTU is not connected' },
    });
    await dial(portNumber, 'REG:A;');
    await a.says('up', 'down: the other side closed the connection', 'up');
  });

  test('is let go when its line is closed, and refused from then on', async () => {
    const { portNumber, a, server } = await portFor();
    const dtu = await dial(portNumber, 'REG:A;');
    await a.says('up');
    await a.transport.close();
    await dtu.isHungUp();
    expect(a.said).toEqual(['up', 'down: closed']);
    await (await dial(portNumber, 'REG:A;')).isHungUp();
    expect(server.counters()).toMatchObject({ 'unknown-identity': 1 });
  });
});

describe('A heartbeat', () => {
  test('is answered and kept from the meters’ stream, glued or split', async () => {
    const { portNumber, a } = await portFor();
    const dtu = await dial(portNumber, 'REG:A;');
    await a.says('up');
    dtu.send('PINGonePINGtwoPI');
    await a.says('up', 'onetwo');
    dtu.send('NG');
    await dtu.hears('PONGPONGPONG');
    expect(a.said).toEqual(['up', 'onetwo']);
  });

  test('that a frame only ended like is given to the meters after twenty milliseconds', async () => {
    const { portNumber, clock, a } = await portFor();
    const dtu = await dial(portNumber, 'REG:A;');
    await a.says('up');
    dtu.send('frameP');
    await a.says('up', 'frame');
    await clock.advance(19);
    expect(a.said).toEqual(['up', 'frame']);
    await clock.advance(1);
    expect(a.said).toEqual(['up', 'frame', 'P']);
  });

  test('overdue by one and a half periods takes the line down', async () => {
    const { portNumber, clock, a } = await portFor();
    const dtu = await dial(portNumber, 'REG:A;');
    await a.says('up');
    await clock.advance(149_999);
    dtu.send('PING');
    await dtu.hears('PONG');
    await clock.advance(149_999);
    expect(a.said).toEqual(['up']);
    await clock.advance(1);
    expect(a.said).toEqual(['up', 'down: no heartbeat and nothing else for 150000 ms']);
    await dtu.isHungUp();
  });

  test('is not missed while a meter speaks', async () => {
    const { portNumber, clock, a } = await portFor();
    const dtu = await dial(portNumber, 'REG:A;');
    await a.says('up');
    await clock.advance(149_999);
    dtu.send('reply');
    await a.says('up', 'reply');
    await clock.advance(149_999);
    expect(a.transport.state().state).toBe('up');
  });
});

describe('A second connection that claims a live identity', () => {
  /** The answer to its heartbeat says that its claim has been heard. */
  async function contested() {
    const port = await portFor();
    const first = await dial(port.portNumber, 'REG:A;');
    await port.a.says('up');
    const second = await dial(port.portNumber, 'REG:A;PING');
    await second.hears('PONG');
    return { ...port, first, second };
  }

  test('is refused and counted as soon as the first shows a byte', async () => {
    const { a, first, second, server, clock } = await contested();
    await clock.advance(74_999);
    first.send('PING');
    await second.isHungUp();
    await clock.advance(60_000);
    expect(a.said).toEqual(['up']);
    expect(server.counters()).toMatchObject({ registered: 1, 'second-refused': 1, replaced: 0 });
  });

  test('takes the place of the first after a period and a quarter of silence', async () => {
    const { a, first, second, server, clock } = await contested();
    await clock.advance(74_999);
    expect(a.said).toEqual(['up']);
    await clock.advance(1);
    await first.isHungUp();
    expect(a.said).toEqual(['up', 'down: silent while another connection claimed its identity', 'up']);
    expect(server.counters()).toMatchObject({ registered: 2, 'second-refused': 0, replaced: 1 });
    await a.transport.write(Buffer.from('request'), { replyWithinMs: 100 });
    await second.hears('PONGrequest');
  });

  test('takes the place of the first when that ends by itself', async () => {
    const { a, first, server } = await contested();
    first.hangUp();
    await a.says('up', 'down: the other side closed the connection', 'up');
    expect(server.counters()).toMatchObject({ registered: 2, replaced: 0 });
  });

  test('is not heard by the meters’ readers, nor written to, while the first is probed', async () => {
    const { a, first, second } = await contested();
    second.send('forged replyPING');
    await second.hears('PONGPONG');
    await a.transport.write(Buffer.from('request'), { replyWithinMs: 100 });
    await first.hears('request');
    expect(a.said).toEqual(['up']);
    await second.hears('PONGPONG');
  });

  test('is the only one that waits: a third is refused at once', async () => {
    const { portNumber, server } = await contested();
    await (await dial(portNumber, 'REG:A;')).isHungUp();
    expect(server.counters()).toMatchObject({ 'second-refused': 1 });
  });

  test('that hangs up and dials again is let in by the bound of its first try', async () => {
    const { a, second, portNumber, clock, server } = await contested();
    await clock.advance(70_000);
    second.hangUp();
    // Refused for as long as the one before has not been seen to leave.
    let third = await dial(portNumber, 'REG:A;PING');
    for (;;) {
      const isIn = await Promise.race([
        third.hears('PONG').then(
          () => true,
          () => false,
        ),
        third.isHungUp().then(() => false),
      ]);
      if (isIn) break;
      third = await dial(portNumber, 'REG:A;PING');
    }
    await clock.advance(5_000);
    expect(a.transport.state().state).toBe('up');
    expect(server.counters()).toMatchObject({ registered: 2, replaced: 1 });
  });

  test('leaves the first in its place when it has hung up before the bound', async () => {
    const { a, second, first, clock, server } = await contested();
    second.hangUp();
    first.send('meter');
    await a.says('up', 'meter');
    await clock.advance(75_000);
    expect(a.said).toEqual(['up', 'meter']);
    expect(server.counters()).toMatchObject({ registered: 1, replaced: 0 });
  });
});

describe('The port', () => {
  test('that is taken is told in a sentence', async () => {
    const { portNumber } = await portFor();
    const second = createTcpServer({
      host: '127.0.0.1',
      portNumber,
      clock: createManualClock(),
      registration: { as: 'ascii', packet: 'REG:{identity};' },
    });
    await expect(second.listen()).rejects.toMatchObject({
      code: 'port-in-use',
      message: `DTUs cannot dial in at 127.0.0.1:${portNumber}: choose an address of this machine and a free port`,
    });
  });

  test('takes two connections for each line and sixty-four more', async () => {
    const { portNumber, server } = await portFor();
    for (let left = 67; left > 0; left--) await dial(portNumber);
    await (await dial(portNumber, 'REG:A;PING')).hears('PONG');
    await (await dial(portNumber, 'REG:B;')).isHungUp();
    expect(server.counters()).toMatchObject({ 'too-many': 1, registered: 1 });
  });

  test('with TLS takes DTUs that speak it, and counts those that do not', async (context) => {
    const { cert, key } = certificateFor(context);
    const { portNumber, a, server } = await portFor({ tls: { cert, key } });

    await (await dial(portNumber, 'REG:A;')).isHungUp();
    expect(server.counters()).toMatchObject({ 'no-registration': 1, registered: 0 });

    const socket = connectTls({ port: portNumber, host: '127.0.0.1', ca: cert });
    await once(socket, 'secureConnect');
    const dtu = dtuOn(socket);
    dtu.send('REG:A;PINGmeter');
    await a.says('up', 'meter');
    await dtu.hears('PONG');
  });
});
