export function holdingLock<T>(file: string, work: (namePid: (pid: number) => void) => Promise<T>): Promise<T>;
