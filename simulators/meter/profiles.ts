/** What a State Grid meter takes only with a MAC, as the lists of three independent programs have it. */
const SEALED = ['04000108', '04000109', '04000306', '04000307', '04000402', '0400040E', '04001001', '04001002', '040502FF', '040605FF'];

/** Families of meters by what they let a password do. */
export const PROFILES = {
  /** Not State Grid: level 02 does everything in plaintext, as the meters outside the ESAM world do. */
  plain: { level: '02', relayActions: 'all', writeLevels: ['02', '04'], needsDeadline: false, hasEsam: false, sealedParameters: [] },
  /** State Grid: only a command sealed for the ESAM opens the relay; plaintext at level 04 can give supply back, nothing else. */
  'state-grid': {
    level: '04',
    relayActions: ['arm', 'close'],
    writeLevels: ['04'],
    needsDeadline: true,
    hasEsam: true,
    sealedParameters: SEALED,
  },
} as const;

export type ProfileName = keyof typeof PROFILES;
