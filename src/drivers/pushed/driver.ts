import { err } from '../../kernel/result.ts';
import type { CreateDriver } from '../driver.ts';

/** A meter that only its concentrator talks to: its readings come by themselves, and nothing can be asked of it. */
export const createPushedDriver: CreateDriver = () => ({
  readRegisters: async () => err({ code: 'unsupported-register', sent: false, protocolError: NOT_ASKED }),
  readRelay: async () => err({ code: 'unsupported-action', sent: false, protocolError: NOT_ASKED }),
  operateRelay: async () => err({ code: 'unsupported-action', sent: false, protocolError: NOT_ASKED }),
});

const NOT_ASKED = 'its concentrator pushes readings and carries no frames';
