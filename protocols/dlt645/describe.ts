/** One frame told in plain words and strings: what `feikong decode` prints. */
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { hexPair, hexReversed } from '../shared/hex.ts';
import { functionName1997, isOnly1997 } from './1997/functions.ts';
import { functionName } from './2007/functions.ts';
import { tell1997 } from './describe-1997.ts';
import { tell2007 } from './describe-2007.ts';
import type { Description, FrameDescription } from './description.ts';
import { functionOf, hasMore, isAbnormal, isReply } from './link/control.ts';
import { decodeFrame, type Frame, type FrameError, WAKE_UP } from './link/frame.ts';

/** `dlt645` stands for either year, told apart by the function; 03 and 08, which both have, are then read as 2007's. */
export type DescribedProtocol = 'dlt645' | 'dlt645-1997' | 'dlt645-2007';

/**
 * Describes one frame, wake-up bytes before it or not. Its control byte says which way it went.
 *
 * @errors those of the link only: a function or DI that nobody knows is described as far as it goes
 */
export function describeFrame(protocol: DescribedProtocol, bytes: Uint8Array): Result<Description, FrameError> {
  const decoded = decodeFrame(bytes.subarray(wakeUpBytes(bytes)));
  if (!decoded.ok) return err(decoded.error);
  const frame = decoded.value;
  if (protocol === 'dlt645-1997' || (protocol === 'dlt645' && isOnly1997(functionOf(frame.control)))) {
    return ok({ frame: tellFrame(frame, functionName1997), ...tell1997(frame) });
  }
  return ok({ frame: tellFrame(frame, functionName), ...tell2007(frame) });
}

function wakeUpBytes(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== WAKE_UP);
  return first < 0 ? bytes.length : first;
}

function tellFrame({ address, control, data }: Frame, nameOf: (functionCode: number) => string): FrameDescription {
  return {
    address,
    control: hexPair(control),
    direction: isReply(control) ? 'reply' : 'request',
    function: nameOf(functionOf(control)),
    abnormal: isAbnormal(control),
    more: isReply(control) && hasMore(control),
    error: isReply(control) && isAbnormal(control) ? hexReversed(data) : null,
  };
}
