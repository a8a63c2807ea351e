/** A version that a decision rests on: the subject must still have it when the batch is stored. */
export interface Expectation {
  readonly subject: string;
  readonly version: number;
}
