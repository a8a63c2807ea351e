import { type Description, describeFrame } from '../../../protocols/dlt645/index.ts';

/**
 * What is to be said of a frame that came and answers something else, for a person: what it is, what was expected, what to do.
 *
 * @param asked the request, wake-up bytes before it or not
 */
export function foreignAnswer(asked: Uint8Array, heard: Uint8Array): string | undefined {
  const [request, answer] = [describeFrame('dlt645', asked), describeFrame('dlt645', heard)];
  if (!request.ok || !answer.ok) return undefined;
  if (answer.value.frame.direction === 'request')
    return 'a request came back and no answer: the adapter echoes, and the meter is silent or not on this line';
  const [came, expected] = [kindOf(answer.value), kindOf(request.value)];
  if (came === expected)
    return `an answer came (${came}) whose data is not what belongs there: read the meter's frames with feikong decode`;
  return `another answer came: ${came}; expected: ${expected}; it is late, or somebody else asks on this line: ask again alone`;
}

function kindOf({ frame, items: [item] }: Description): string {
  const what = item?.di == null ? '' : ` of ${item.di}`;
  return `${frame.function}${what} from ${frame.address}`;
}
