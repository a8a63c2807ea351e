import { describe, expect, test } from 'vitest';
import type { CommandOrder } from '../../../../src/core/services/command-service.ts';
import { plusMs } from '../../../../src/kernel/clock.ts';
import { asId, type CommandId } from '../../../../src/kernel/ids.ts';
import { EVENING, METER } from '../../../support/core-facts.ts';
import { createGround, createWorld, pathOf, type World } from '../../../support/core-world.ts';

const order = (more: Partial<CommandOrder> = {}): CommandOrder => ({
  meterId: METER.id,
  action: 'trip',
  reason: 'works on the main',
  expiresAt: undefined,
  idempotencyKey: 'K',
  actor: asId('zhang'),
  ...more,
});
const polled = async (...options: Parameters<typeof createWorld>) => {
  const world = await createWorld(...options);
  await world.pay('100');
  await world.poll();
  return world;
};

describe('a command that a person asks for', () => {
  test('is queued with its file, whatever the balance', async () => {
    const world = await polled();
    const asked = await world.commands.request(order());
    expect(asked).toMatchObject({
      ok: true,
      value: {
        replayed: false,
        value: { action: 'trip', cause: 'manual', actor: 'zhang', state: 'queued', expiresAt: plusMs(EVENING, 120_000) },
      },
    });
    const stored = asked.ok ? await world.command(asked.value.value.id) : undefined;
    expect(stored?.decision?.terms.map(({ name }) => name)).toEqual([
      'rules-fit-line',
      'not-protected',
      'meter-not-protected',
      'bound',
      'site-clear',
      'relay-closed-or-armed',
      'limiter',
      'no-other-command',
    ]);
    await world.run();
    expect(world.meter.relay).toBe('open');
    expect((await world.facts()).openCases.map(({ kind }) => kind)).toEqual(['manual-trip']);
  });

  test('with the same key answers with the first, as it is now', async () => {
    const world = await polled();
    const first = await world.commands.request(order());
    await world.run();
    const again = await world.commands.request(order());
    expect(again).toMatchObject({ ok: true, value: { replayed: true, value: { state: 'confirmed' } } });
    expect(again.ok && first.ok && again.value.value.id === first.value.value.id).toBe(true);
    expect(world.meter.frames).toHaveLength(1);
  });

  test('with a used key and other content is refused', async () => {
    const world = await polled();
    await world.commands.request(order());
    expect(await world.commands.request(order({ action: 'close' }))).toEqual({ ok: false, error: { code: 'idempotency-mismatch' } });
    expect(await world.commands.request(order({ reason: 'other' }))).toEqual({ ok: false, error: { code: 'idempotency-mismatch' } });
  });

  test('twice at a time under one key runs once', async () => {
    const world = await polled();
    const [first, second] = await Promise.all([world.commands.request(order()), world.commands.request(order())]);
    expect([first?.ok, second]).toEqual([true, { ok: false, error: { code: 'in-progress' } }]);
  });

  test('twice at a time under two keys is one command, and the second sees it', async () => {
    const world = await polled();
    const outcomes = await Promise.all([
      world.commands.request(order({ idempotencyKey: 'K1' })),
      world.commands.request(order({ idempotencyKey: 'K2', actor: asId('li') })),
    ]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false]);
    expect(outcomes[1]).toMatchObject({ error: { code: 'command-refused' } });
    expect((await world.facts()).openCommands).toHaveLength(1);
  });

  test('is refused with every term where one is plainly unmet', async () => {
    const world = await polled({ point: { keepPower: true } });
    const refused = await world.commands.request(order());
    expect(refused.ok).toBe(false);
    const terms = !refused.ok && refused.error.code === 'command-refused' ? refused.error.terms : [];
    expect(terms.filter(({ verdict }) => verdict !== 'met').map(({ name }) => name)).toEqual(['not-protected']);
    expect((await world.facts()).openCommands).toEqual([]);
  });

  test('is queued where something is only unknown, and read back before its frame leaves', async () => {
    const world = await createWorld();
    expect((await world.facts()).relay.reported).toBe('unknown');
    expect((await world.commands.request(order())).ok).toBe(true);
    await world.run();
    expect(world.meter.relay).toBe('open');
    expect(world.meter.readBacks[0]).toEqual({ afterFrames: 0, relay: 'closed' });
  });

  test('for a meter that is not there, or with a deadline that has passed, is refused', async () => {
    const world = await polled();
    expect(await world.commands.request(order({ meterId: asId('m9') }))).toEqual({ ok: false, error: { code: 'not-found' } });
    expect(await world.commands.request(order({ expiresAt: EVENING }))).toEqual({ ok: false, error: { code: 'command-expired' } });
  });

  test('to close out-ranks a trip that has not left', async () => {
    const world = await polled();
    const trip = await world.commands.request(order());
    const close = await world.commands.request(order({ action: 'restore', idempotencyKey: 'L' }));
    expect(close).toMatchObject({ ok: true, value: { value: { action: 'close' } } });
    expect(trip.ok && (await world.command(trip.value.value.id)).command.state).toBe('superseded');
  });

  test('to restore becomes what the contract says', async () => {
    const world = await polled({ point: { restoreBy: 'arm' } });
    expect(await world.commands.request(order({ action: 'restore' }))).toMatchObject({ ok: true, value: { value: { action: 'arm' } } });
  });

  test('to close is refused under a lock-out', async () => {
    const world = await polled();
    await world.commit({
      kind: 'mark',
      mark: { subject: 'meterPoint:p1', kind: 'lock-out', since: EVENING, actor: asId('wang'), reason: 'crew' },
    });
    const refused = await world.commands.request(order({ action: 'close' }));
    expect(refused).toMatchObject({ ok: false, error: { code: 'command-refused' } });
  });
});

describe('withdrawing a command', () => {
  test('ends it while no frame has left', async () => {
    const world = await polled();
    const asked = await world.commands.request(order());
    const id = asked.ok ? asked.value.value.id : asId<never>('none');
    expect(await world.commands.cancel(id, asId('li'))).toMatchObject({ ok: true, value: { state: 'cancelled' } });
    expect((await world.facts()).relay.desired).toBe('closed');
    await world.run();
    expect(world.meter.frames).toEqual([]);
    expect(await world.commands.cancel(id, asId('li'))).toEqual({ ok: false, error: { code: 'command-finished' } });
  });

  test('of closing leaves a closed relay closed', async () => {
    const world = await polled();
    const asked = await world.commands.request(order({ action: 'close' }));
    expect(asked.ok && (await world.commands.cancel(asked.value.value.id, asId('li'))).ok).toBe(true);
    expect((await world.facts()).relay).toMatchObject({ reported: 'closed', desired: 'closed' });
  });

  test('comes too late once it was sent', async () => {
    const world = await polled();
    const asked = await world.commands.request(order());
    const id = asked.ok ? asked.value.value.id : asId<never>('none');
    await world.run(1);
    expect(pathOf((await world.command(id)).moves)).toBe('sent acknowledged');
    expect(await world.commands.cancel(id, asId('li'))).toEqual({ ok: false, error: { code: 'command-finished' } });
  });

  test('of a command that is not there is not found', async () => {
    const world = await polled();
    expect(await world.commands.cancel(asId('cmd_none'), asId('li'))).toEqual({ ok: false, error: { code: 'not-found' } });
  });
});

describe('a permission to close that was given by mistake', () => {
  const idOf = (asked: Awaited<ReturnType<World['commands']['request']>>) => (asked.ok ? asked.value.value.id : asId<CommandId>('none'));
  /** A relay that a person has opened, and an arm that a person has asked for. */
  const armAsked = async (...options: Parameters<typeof createWorld>) => {
    const world = await polled(...options);
    await world.commands.request(order());
    await world.run();
    return { world, arm: idOf(await world.commands.request(order({ action: 'arm', idempotencyKey: 'A' }))) };
  };
  const armed = async (...options: Parameters<typeof createWorld>) => {
    const asked = await armAsked(...options);
    await asked.world.run();
    expect(asked.world.meter.relay).toBe('armed');
    return asked;
  };
  const ask = ({ commands }: World, action: CommandOrder['action']) =>
    commands.request(order({ action, reason: 'wrong meter', idempotencyKey: 'B', actor: asId('li') }));
  const unmetOf = (asked: Awaited<ReturnType<World['commands']['request']>>) =>
    !asked.ok && asked.error.code === 'command-refused'
      ? asked.error.terms.filter(({ verdict }) => verdict === 'unmet').map(({ name }) => name)
      : [];
  const actions = ({ meter }: World) => meter.frames.map(({ action }) => action).join(' ');

  test('is withdrawn while its frame has not left', async () => {
    const { world, arm } = await armAsked();
    expect(await world.commands.cancel(arm, asId('li'))).toMatchObject({ ok: true, value: { state: 'cancelled' } });
    expect((await world.facts()).relay).toMatchObject({ reported: 'open', desired: 'open' });
    await world.run();
    expect([actions(world), world.meter.relay]).toEqual(['trip', 'open']);
  });

  test('is taken back by a trip, which ends the arm in its own commit: the open relay is no reason to arm again', async () => {
    const { world, arm } = await armed();
    const trip = await ask(world, 'trip');
    expect(pathOf((await world.command(arm)).moves)).toBe('sent acknowledged verifying verifying queued superseded');
    expect((await world.command(arm)).moves.at(-1)?.reason).toBe('trip asked for by li');
    await world.run();
    await world.poll();
    await world.run();
    expect([actions(world), world.meter.relay]).toEqual(['trip arm trip', 'open']);
    expect(pathOf((await world.command(idOf(trip))).moves)).toBe('sent acknowledged verifying confirmed');
  });

  test('is taken back once where the reply is lost, since the relay is read back', async () => {
    const { world } = await armed();
    await ask(world, 'trip');
    world.meter.fates.push('reply-lost');
    await world.run();
    expect([actions(world), world.meter.relay]).toEqual(['trip arm trip', 'open']);
  });

  test('is taken back by a second frame only where the relay is read as armed after the first', async () => {
    const { world } = await armed();
    await ask(world, 'trip');
    world.meter.fates.push('request-lost');
    await world.run();
    expect([actions(world), world.meter.relay]).toEqual(['trip arm trip trip', 'open']);
    expect(world.meter.readBacks.filter(({ afterFrames }) => afterFrames === 3).map(({ relay }) => relay)).toEqual(['armed', 'armed']);
  });

  test('is taken back also where the customer presses the button meanwhile', async () => {
    const { world } = await armed();
    await ask(world, 'trip');
    world.meter.press();
    await world.run();
    expect([actions(world), world.meter.relay]).toEqual(['trip arm trip', 'open']);
  });

  test('cannot be taken back before it is read: its frame may still be on its way', async () => {
    const { world, arm } = await armAsked();
    await world.run(1);
    expect(pathOf((await world.command(arm)).moves)).toBe('sent acknowledged');
    expect(unmetOf(await ask(world, 'trip'))).toEqual(['relay-closed-or-armed', 'no-other-command']);
    world.meter.silent = true;
    await world.run();
    expect((await world.command(arm)).command.state).toBe('unknown');
    expect(unmetOf(await ask(world, 'trip'))).toEqual(['relay-closed-or-armed', 'no-other-command']);
    expect(await world.commands.cancel(arm, asId('li'))).toEqual({ ok: false, error: { code: 'command-finished' } });
  });

  test('is not taken back where a trip would be refused anyway', async () => {
    const { world, arm } = await armed();
    await world.commit({
      kind: 'mark',
      mark: { subject: 'site', kind: 'limiter-halted', since: EVENING, actor: asId('wang'), reason: 'look' },
    });
    expect(unmetOf(await ask(world, 'trip'))).toEqual(['site-clear']);
    expect((await world.command(arm)).command.state).toBe('verifying');
  });

  test('is not taken back by a trip that is older than it: the two would undo each other until a deadline passes', async () => {
    const { world } = await armed();
    const trip = idOf(await ask(world, 'trip'));
    await world.run(1);
    expect(world.meter.relay).toBe('open');
    await world.commands.request(order({ action: 'arm', idempotencyKey: 'C' }));
    await world.run();
    for (let step = 0; step < 4; step++) await world.runner.advance((await world.command(trip)).command);
    await world.run();
    expect([actions(world), world.meter.relay]).toEqual(['trip arm trip arm', 'armed']);
    expect((await world.command(trip)).command.state).toBe('superseded');
  });

  test('gives way to a close, and not to another arm', async () => {
    const { world, arm } = await armed();
    expect(unmetOf(await ask(world, 'arm'))).toEqual(['no-restore-under-way']);
    expect(await ask(world, 'close')).toMatchObject({ ok: true });
    await world.run();
    expect([actions(world), world.meter.relay]).toEqual(['trip arm close', 'closed']);
    expect((await world.command(arm)).command.state).toBe('superseded');
  });

  test('is a person’s business once it is taken back from an account that pays again', async () => {
    const ground = await createGround();
    const world = await createWorld({ ground, point: { restoreBy: 'arm' } });
    await world.exhaust();
    await world.poll();
    await world.run();
    const paid = await world.pay('20');
    await world.run();
    await world.reverse(paid.ok ? paid.value.value.entryId : asId('none'));
    await ask(world, 'trip');
    await world.run();
    expect([actions(world), world.meter.relay]).toEqual(['trip arm trip', 'open']);
    await world.pay('20');
    await world.poll();
    const { openCommands, openCases } = await world.facts();
    expect([openCommands, openCases.map(({ kind }) => kind)]).toEqual([[], ['manual-trip']]);
    expect(ground.store.violations(['I9'])).toEqual([]);
  });

  test('is not given again by the account while a person takes it back, and is where he thinks better of it', async () => {
    const world = await createWorld({ point: { restoreBy: 'arm' } });
    await world.exhaust();
    await world.poll();
    await world.run();
    await world.pay('20');
    await world.run();
    expect(world.meter.relay).toBe('armed');
    const trip = idOf(await ask(world, 'trip'));
    await world.poll();
    await world.pay('1');
    expect((await world.facts()).openCommands.map(({ id }) => id)).toEqual([trip]);
    await world.commands.cancel(trip, asId('li'));
    await world.poll();
    expect(await world.openCommand()).toMatchObject({ action: 'arm', cause: 'money' });
  });
});
