export const MINIMUM_NODE: string;
export function isFit(version: string): boolean;
