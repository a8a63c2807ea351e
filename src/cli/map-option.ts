import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { RegisterMap } from '../../protocols/modbus/index.ts';
import { loadRegisterMap, registerMapFile } from '../config/register-map.ts';
import { OperatorError } from '../kernel/app-error.ts';

/** The register map that `--map` names. @errors bad-request where there is none; config-invalid where it is wrong */
export function readMapOption(map: string): RegisterMap {
  const file = registerMapFile(map, '.');
  if (existsSync(file)) return loadRegisterMap(file);
  throw new OperatorError('bad-request', `--map is ${map}; expected one of ${ownMaps().join(', ')}, or the path of a register map`, {
    option: '--map',
  });
}

function ownMaps(): readonly string[] {
  const folder = path.dirname(registerMapFile('any', '.'));
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => path.basename(name, '.json'))
    .sort();
}
