/** How a command to a meter ends for the shell: done and shown to be so, refused by the meter, or not known. */
export const COMMAND_EXIT = { done: 0, refused: 3, unknown: 4 } as const;
