/** The words of a description, whatever the year of its frame. */
export interface FrameDescription {
  readonly address: string;
  readonly control: string;
  readonly direction: 'request' | 'reply';
  readonly function: string;
  readonly abnormal: boolean;
  readonly more: boolean;
  /** The error of a refusal in hex. */
  readonly error: string | null;
}

export interface ItemDescription {
  /** Null where the frame names none, as the answer to "read address". */
  readonly di: string | null;
  readonly register: string | null;
  readonly name: string | null;
  readonly value: string | null;
  readonly unit: string;
  /** Of a demand: when it occurred; of a load record: when it was made. */
  readonly time?: string | null;
}

export interface Description {
  readonly frame: FrameDescription;
  readonly items: readonly ItemDescription[];
  /** Data that no item accounts for, in hex, most significant byte first. Never a password. */
  readonly extra: string | null;
  /** Of read-next: which of the follow-up frames. */
  readonly sequence?: number;
  readonly relay?: RelayDescription;
  /** Of an accepted relay command, where the meter says what it did. */
  readonly executed?: readonly string[];
  readonly write?: WriteDescription;
  readonly maintenance?: MaintenanceDescription;
  /** Of a broadcast or freeze: when. */
  readonly time?: string;
}

export interface RelayDescription {
  readonly passwordLevel: string;
  readonly operator: string;
  /** Null where it is sealed: only the meter can read it. */
  readonly action: string | null;
  readonly code: string | null;
  readonly limit: number | null;
  readonly deadline: string | null;
}

export interface WriteDescription {
  readonly passwordLevel: string;
  /** Null in the 1997 edition, which has none. */
  readonly operator: string | null;
  /** As sent, most significant byte first; null where it is a password. */
  readonly value: string | null;
}

/** Speed, password, clearing and output: what the request names, null where its function has none. */
export interface MaintenanceDescription {
  readonly passwordLevel: string | null;
  readonly operator: string | null;
  /** The new speed in bit/s, or what the output shall carry. */
  readonly setting: string | null;
}

export type Told = Omit<Description, 'frame'>;
