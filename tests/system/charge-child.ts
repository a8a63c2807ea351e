/** A process that lives the story of charges until it is killed or through. */
import { liveChargeStory } from '../support/charge-story.ts';

const [dataDir = ''] = process.argv.slice(2);
await liveChargeStory(dataDir, (line) => process.stdout.write(`${line}\n`));
process.stdout.write('through\n');
