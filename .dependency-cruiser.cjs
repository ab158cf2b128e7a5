// Floors, lowest first: a file imports only from its own floor or a lower one, and no two files import in a circle.
const floors = [
  ['^src/(errors|version)\\.ts$', '^src/primitives/'],
  ['^src/(merkle|pii|keys)/'],
  ['^src/tlog/'],
  ['^src/receipt/'],
  ['^src/verify/', '^src/store/'],
  ['^src/ledger/'],
  ['^src/(collector|transparency|interchange)/'],
  ['^src/(report|evidence)/'],
  ['^src/(metrics|integrations)/', '^src/(index|url)\\.ts$'],
  ['^src/testing/', '^src/cli/'],
]
const all = floors.map((paths) => paths.join('|'))
module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    ...all.slice(0, -1).map((from, floor) => ({
      name: `floor-${floor}-imports-only-down`,
      severity: 'error',
      from: { path: from },
      to: { path: all.slice(floor + 1).join('|') },
    })),
    {
      name: 'browser-part-has-no-node-module',
      severity: 'error',
      from: { path: '^src/(receipt|merkle|primitives|tlog|verify)/', pathNot: '^src/verify/node' },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'every-file-stands-on-a-floor',
      severity: 'error',
      from: { path: '^src/', pathNot: all.join('|') },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
}
