import { describe, expect, test } from 'vitest';
import { postOpenings } from '../../../../src/core/services/archive-service.ts';
import { METER, POINT, yuan } from '../../../support/core-facts.ts';
import { createWorld } from '../../../support/core-world.ts';

describe('an opening payment', () => {
  test('is posted once for ever, also when the program starts again or the file says another sum', async () => {
    const world = await createWorld();
    const place = { account: { id: POINT.accountId, state: 'open' as const }, meterPoint: POINT, meter: METER };
    await postOpenings(world.payments, [{ ...place, openingPayment: yuan('5') }]);
    await postOpenings(world.payments, [{ ...place, openingPayment: yuan('5') }]);
    await postOpenings(world.payments, [{ ...place, openingPayment: yuan('7') }]);
    expect(await world.balance()).toBe(5_000_000n);
  });
});
