/**
 * Whether a read and its follow-up frames were alone with their meter. Where follow-up frames bear no number, a meter
 * keeps one place in one answer: another read in between moves it, and the next part that it sends is of something else.
 */
export interface Turns {
  chain(meter: string): Chain;
}

export interface Chain {
  /** A request of this chain goes to the bus. */
  ask(): void;
  /** It has ended. @returns false where anybody else may have asked the meter since the chain began */
  end(): boolean;
}

export function createTurns(): Turns {
  const asked = new Map<string, number>();
  const pending = new Map<string, number>();
  const addPending = (meter: string, change: number) => pending.set(meter, (pending.get(meter) ?? 0) + change);
  return {
    chain(meter) {
      let last: number | undefined;
      let alone = true;
      return {
        ask() {
          const before = asked.get(meter) ?? 0;
          alone &&= (pending.get(meter) ?? 0) === 0 && (last === undefined || last === before);
          last = before + 1;
          asked.set(meter, last);
          addPending(meter, 1);
        },
        end() {
          addPending(meter, -1);
          return alone && asked.get(meter) === last;
        },
      };
    },
  };
}
