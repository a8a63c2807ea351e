/**
 * Whoever holds the keys of meters that obey only what is sealed for them: an encryption machine of the utility, or a double of
 * one. First the meter is shown a proof; what it answers makes a session, and in that session orders are sealed for this one
 * meter. Keys never leave the signer.
 */
import type { ErrorCode } from '../../kernel/error-codes.ts';
import type { LocalTime } from '../../kernel/local-time.ts';
import type { Result } from '../../kernel/result.ts';
import type { Money } from '../../kernel/units.ts';
import type { RelayAction } from '../model/command.ts';

export interface SecuredMeter {
  /** The digits that are printed on it: its keys derive from them. */
  readonly address: string;
  /** Its line ends in a simulator on this machine. */
  readonly simulatedLine: boolean;
}

/** What a meter is shown so that it believes us. */
export interface Proof {
  readonly cipher: Uint8Array;
  readonly random: Uint8Array;
  readonly factor: Uint8Array;
}

/** A meter that believed the proof, and what it answered. */
export interface Session {
  readonly meter: SecuredMeter;
  readonly random: Uint8Array;
  readonly serial: Uint8Array;
}

export interface SealedRelayOrder {
  readonly cipher: Uint8Array;
  readonly mac: Uint8Array;
}

/** Money for a meter that keeps its own purse. */
export interface Purchase {
  /** Whole fen. */
  readonly amount: Money;
  /** How many purchases there are with this one: what keeps a repeated recharge from counting twice. */
  readonly count: number;
  /** 12 digits. */
  readonly customer: string;
}

export interface SealedPurchase {
  readonly mac: Uint8Array;
  readonly customerMac: Uint8Array;
}

export interface SignerFailure {
  /** It is none for such a meter; it cannot be asked, or answers nonsense; it says no. */
  readonly code: Extract<ErrorCode, 'unsupported-action' | 'signer-down' | 'signer-refused'>;
  /** In words, for people. */
  readonly reason: string;
}

export interface Signer {
  authenticate(meter: SecuredMeter): Promise<Result<Proof, SignerFailure>>;
  /** @param validUntil in the meter's local time; the meter refuses the order after it */
  sealRelay(session: Session, order: { action: RelayAction; validUntil: LocalTime }): Promise<Result<SealedRelayOrder, SignerFailure>>;
  openAccount(session: Session, purchase: Purchase): Promise<Result<SealedPurchase, SignerFailure>>;
  recharge(session: Session, purchase: Purchase): Promise<Result<SealedPurchase, SignerFailure>>;
}
