import type { RegisterReading } from './bill.ts';

/** Whether a reading takes the place of another one of its meter and register. */
export function corrects({ supersedes, at, value }: RegisterReading, other: RegisterReading): boolean {
  if (supersedes === undefined || (other.at === at && other.value === value)) return false;
  switch (supersedes.kind) {
    case 'id':
      return other.id === supersedes.id;
    case 'at':
      return other.at === supersedes.at;
    case 'value':
      return other.at === at && other.value === supersedes.value;
  }
}
