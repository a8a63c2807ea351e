/** The OpenAPI document of the routes as they are registered: nothing is opened, listened on or asked. */
import { buildApi } from '../src/api/build.ts';
import type { ApiDeps } from '../src/api/deps.ts';
import { version } from '../src/compose/version.ts';
import { silentLogger } from '../src/kernel/logger.ts';

export async function produceOpenApi(): Promise<string> {
  const app = await buildApi({
    store: untouched('store'),
    payments: untouched('payments'),
    holds: untouched('holds'),
    commands: untouched('commands'),
    recharges: untouched('recharges'),
    reads: untouched('reads'),
    scans: untouched('scans'),
    cases: untouched('cases'),
    marks: untouched('marks'),
    archive: untouched('archive'),
    importArchive: untouched('importArchive'),
    supplyChanges: untouched('supplyChanges'),
    collections: untouched('collections'),
    reversals: untouched('reversals'),
    credit: untouched('credit'),
    installations: untouched('installations'),
    readingEntry: untouched('readingEntry'),
    metrics: untouched('metrics'),
    clock: untouched('clock'),
    lines: () => [],
    logger: silentLogger,
    version,
    config: { requestsPerMinute: 1 },
  });
  await app.ready();
  const document = app.swagger();
  await app.close();
  return `${JSON.stringify({ 'x-generated': 'Generated from src/api by npm run generate', ...document }, null, 2)}\n`;
}

/** Stands where a route only keeps it for later; whoever touches it learns so. */
function untouched<Name extends keyof ApiDeps>(name: Name): ApiDeps[Name] {
  const refuse = (_: object, property: string | symbol): never => {
    throw new TypeError(`${name}.${String(property)} was asked for while routes were being registered`);
  };
  return new Proxy({}, { get: refuse }) as ApiDeps[Name];
}
