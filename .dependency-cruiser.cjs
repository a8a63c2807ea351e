/**
 * Which way imports may point. A room may import itself and every room of a lower storey; neighbours never import each other.
 * `only` narrows that to the named rooms. scripts/arrows.ts applies the rules, counts what it saw and proves that each rule can fail.
 */
const rooms = [
  { name: 'composition', storey: 6, path: '^src/(main|cli|compose)(\\.ts$|/)' },
  { name: 'api', storey: 5, path: '^src/api/' },
  { name: 'jobs', storey: 5, path: '^src/jobs/' },
  { name: 'core-services', storey: 4, path: '^src/core/services/', only: ['core-', 'kernel'] },
  { name: 'drivers', storey: 4, path: '^src/drivers/' },
  { name: 'store', storey: 4, path: '^src/store/' },
  { name: 'notifiers', storey: 4, path: '^src/notifiers/' },
  { name: 'bankfiles', storey: 4, path: '^src/bankfiles/' },
  { name: 'sealers', storey: 4, path: '^src/sealers/' },
  { name: 'archivefiles', storey: 4, path: '^src/archivefiles/' },
  { name: 'signers', storey: 4, path: '^src/signers/' },
  { name: 'simulators', storey: 4, path: '^simulators/', only: ['protocols', 'kernel'] },
  { name: 'core-archive', storey: 3, path: '^src/core/archive/', only: ['core-', 'kernel'] },
  { name: 'core-metering', storey: 3, path: '^src/core/metering/', only: ['core-', 'kernel'] },
  { name: 'core-tariff', storey: 3, path: '^src/core/tariff/', only: ['core-', 'kernel'] },
  { name: 'core-ledger', storey: 3, path: '^src/core/ledger/', only: ['core-', 'kernel'] },
  { name: 'core-feecontrol', storey: 3, path: '^src/core/feecontrol/', only: ['core-', 'kernel'] },
  { name: 'core-collection', storey: 3, path: '^src/core/collection/', only: ['core-', 'kernel'] },
  { name: 'core-ports', storey: 3, path: '^src/core/ports/', only: ['core-', 'kernel'] },
  { name: 'transports', storey: 3, path: '^src/transports/' },
  { name: 'config', storey: 3, path: '^src/config/' },
  { name: 'core-model', storey: 2, path: '^src/core/model/' },
  { name: 'protocols', storey: 2, path: '^protocols/' },
  { name: 'kernel', storey: 1, path: '^src/kernel/' },
];

const PRODUCT = '^(src|protocols|simulators)/';
const FROM_NPM = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown', 'undetermined'];

function roomsBelow({ storey, only = [''] }) {
  return rooms.filter((other) => other.storey < storey && only.some((start) => other.name.startsWith(start)));
}

const arrows = rooms.map((room) => ({
  name: `arrow-${room.name}`,
  comment: `${room.name} may import itself and ${roomsBelow(room)
    .map(({ name }) => name)
    .join(', ')}`,
  severity: 'error',
  from: { path: room.path },
  to: { path: PRODUCT, pathNot: [room, ...roomsBelow(room)].map(({ path }) => path) },
}));

const special = [
  { name: 'no-circle', comment: 'Circles are zero, type-only ones included.', from: {}, to: { circular: true } },
  { name: 'known-file', comment: 'Every import finds its file.', from: {}, to: { couldNotResolve: true } },
  {
    name: 'families-apart',
    comment: 'A protocol family shares only protocols/shared with the others.',
    from: { path: '^protocols/([^/]+)/' },
    to: { path: '^protocols/', pathNot: '^protocols/($1|shared)/' },
  },
  {
    name: 'stores-apart',
    comment: 'One database engine knows nothing of another.',
    from: { path: '^src/store/([^/]+)/' },
    to: { path: '^src/store/[^/]+/', pathNot: '^src/store/($1|shared)/' },
  },
  {
    name: 'engine-picked-once',
    comment: 'Only the composition picks a database engine.',
    from: { path: PRODUCT, pathNot: '^src/((main|cli|compose)(\\.ts$|/)|store/)' },
    to: { path: '^src/store/sqlite/' },
  },
  {
    name: 'transports-know-no-protocol',
    comment: 'Bytes in and out; the one envelope that a transport opens is the concentrator tunnel.',
    from: { path: '^src/transports/' },
    to: { path: '^protocols/', pathNot: '^protocols/(concentrator|shared)/' },
  },
  {
    name: 'pure-without-packages',
    comment: 'Kernel, core and protocols are pure: nothing from npm.',
    from: { path: '^(src/kernel|src/core|protocols)/' },
    to: { dependencyTypes: FROM_NPM },
  },
  {
    name: 'pure-without-node',
    comment: 'Kernel, core and protocols are pure: nothing of Node.',
    from: { path: '^(src/kernel|src/core|protocols)/' },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'shipped-packages-only',
    comment: 'A production install leaves devDependencies out.',
    from: { path: PRODUCT },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'product-stands-alone',
    comment: 'What proves, measures and sets up the product is no part of it.',
    from: { path: PRODUCT },
    to: { path: '^(tests|bench|scripts)/' },
  },
];

module.exports = {
  forbidden: [...arrows, ...special.map((rule) => ({ severity: 'error', ...rule }))],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
