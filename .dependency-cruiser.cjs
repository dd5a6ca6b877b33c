/** Who may know whom. `npm run deps` fails on anything not allowed here. Arrows point one way: src → rooms → ports and inventory → kernel. */
const TESTS = '\\.spec\\.ts$|^libs/[^/]+/testing/|^test/';
const WIRING = '^src/adapters\\.module\\.ts$';
/** Where Kafka is spoken to; what all of them share is in libs/kafka. */
const KAFKA = '^libs/(kafka|intake/kafka|publishing/kafka)/';
const PORTS = '^libs/(event-store|read-model)/src/';
const ADAPTERS = '^libs/(event-store/(sqlite|eventstoredb)|read-model/sqlite)/';

/** A room and the rooms it may read: the room behind it, never the one after it. */
const MAY_KNOW = {
  catalog: [],
  intake: [],
  journal: ['catalog'],
  ledger: ['catalog'],
  availability: ['catalog', 'journal', 'ledger'],
  publishing: ['catalog', 'journal', 'availability'],
  history: ['catalog', 'journal', 'ledger', 'availability', 'publishing'],
};
const BENEATH = ['kernel', 'inventory', 'event-store/src', 'read-model/src'];

const roomRules = Object.entries(MAY_KNOW).map(([room, known]) => ({
  name: `what-${room}-may-know`,
  comment: 'Each room reads the store and the rooms behind it, and never calls forward.',
  severity: 'error',
  from: { path: `^libs/${room}/`, pathNot: TESTS },
  to: {
    path: '^(libs|src|test)/',
    pathNot: [`^libs/(${[room, ...known, ...BENEATH].join('|')})/`, '^libs/kafka/'],
  },
}));

module.exports = {
  forbidden: [
    {
      name: 'the-rules-are-pure',
      comment: 'inventory uses the kernel and nothing else: no npm, no node built-in, no other room.',
      severity: 'error',
      from: { path: '^libs/inventory/src/', pathNot: TESTS },
      to: { pathNot: '^libs/(inventory|kernel)/src/' },
    },
    {
      name: 'the-kernel-knows-nobody',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: TESTS },
      to: { pathNot: '^libs/kernel/' },
    },
    {
      name: 'ports-know-only-the-kernel-and-ports',
      severity: 'error',
      from: { path: PORTS, pathNot: TESTS },
      to: { path: '^(libs|src|test)/', pathNot: [PORTS, '^libs/kernel/src/'] },
    },
    {
      name: 'only-the-wiring-picks-adapters',
      comment: 'history builds throw-away pictures in memory; the wiring hands it the factory.',
      severity: 'error',
      from: { path: '^(libs|src)/', pathNot: [WIRING, TESTS, ADAPTERS] },
      to: { path: ADAPTERS },
    },
    {
      name: 'drivers-stay-in-their-adapter',
      severity: 'error',
      from: { pathNot: [TESTS, ADAPTERS, KAFKA] },
      to: { path: 'node_modules/(kafkajs|@eventstore)/' },
    },
    {
      name: 'kafka-stays-at-the-doors',
      comment: 'What comes in and what goes out may be on Kafka; nothing between them knows it.',
      severity: 'error',
      from: { path: '^libs/', pathNot: [TESTS, KAFKA] },
      to: { path: KAFKA },
    },
    {
      name: 'what-kafka-may-know',
      severity: 'error',
      from: { path: '^libs/kafka/', pathNot: TESTS },
      to: { path: '^(libs|src|test)/', pathNot: '^libs/(kafka|kernel)/' },
    },
    {
      name: 'nest-stays-in-the-wiring',
      comment: 'Rooms are plain classes; the wiring makes providers of them.',
      severity: 'error',
      from: { path: '^libs/', pathNot: TESTS },
      to: { path: 'node_modules/(@nestjs|fastify|rxjs)/' },
    },
    ...roomRules,
    {
      name: 'come-in-by-the-front-door',
      comment: 'From outside a room, import its index and not its insides.',
      severity: 'error',
      from: { path: '^(libs/[^/]+|src|test)/' },
      to: { path: '^libs/', pathNot: ['^$1/', '^libs/[^/]+/[^/]+/index\\.ts$', '^libs/[^/]+/testing/'] },
    },
    {
      name: 'libs-never-reach-up',
      severity: 'error',
      from: { path: '^libs/', pathNot: TESTS },
      to: { path: '^(src|test)/' },
    },
    {
      name: 'the-doors-know-no-command-line',
      comment: 'The command line comes in by the doors; what runs inside for it, the wiring hands them.',
      severity: 'error',
      from: { path: '^src/http/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: [TESTS, '\\.worker\\.ts$', '^src/(main|cli)\\.ts$'] },
      to: {},
    },
    {
      name: 'nothing-undeclared',
      severity: 'error',
      from: { path: '^(libs|src)/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
    {
      name: 'everything-is-there',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^class-transformer/types/' }, // Types without a module.
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json'],
    },
  },
};
