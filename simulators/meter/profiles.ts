/** Families of meters by what they let a password do. */
export const PROFILES = {
  /** Not State Grid: level 02 does everything in plaintext, as the meters outside the ESAM world do. */
  plain: { level: '02', relayActions: 'all', writeLevels: ['02', '04'], needsDeadline: false, hasEsam: false },
  /** State Grid: only a command sealed for the ESAM opens the relay; plaintext at level 04 can give supply back, nothing else. */
  'state-grid': { level: '04', relayActions: ['arm', 'close'], writeLevels: ['04'], needsDeadline: true, hasEsam: true },
} as const;

export type ProfileName = keyof typeof PROFILES;
