import { defineConfig, type OxlintOverride } from 'oxlint';

/**
 * Which layer imports which; drawn in CONTRIBUTING. A layer imports itself and what its line names, `types` by `import type` alone.
 * The error says what a border is for. dev/, cli/, bench/, test/ and the root import whatever they run.
 */
const LAYERS: Record<string, { imports: string[]; types?: string[]; why: string }> = {
  domain: {
    imports: [],
    why: 'domain/ is pure: values and rules that workflows, the API and tests can all import. Pass what you need as an argument.',
  },
  'webhook-client': { imports: ['domain'], why: 'webhook-client/ is one safe signed POST. activities/ decide when to post.' },
  carriers: {
    imports: ['domain'],
    why: 'carriers/ speak to carriers. They hand replies and receipts over through CarrierEvents and never see the database.',
  },
  templates: { imports: ['domain'], why: 'templates/ turn data into text. They fetch nothing.' },
  database: {
    imports: ['domain'],
    why: 'database/ stores and queries. Rules belong in domain/; its callers are in planning/, activities/ and api/.',
  },
  planning: {
    imports: ['domain', 'database', 'templates'],
    why: 'planning/ decides what a campaign would be, before anything is stored. It knows no request and no run.',
  },
  activities: {
    imports: ['domain', 'database', 'planning', 'carriers', 'templates', 'webhook-client'],
    why: 'activities/ perform one effect each; workflows/ and temporal/ call them, never the other way round. Take what you need as a dependency.',
  },
  workflows: {
    imports: ['domain'],
    types: ['activities'],
    why: 'workflows/ run in a sandbox: domain/ only, and `import type` from activities/. Anything else breaks determinism or the bundle.',
  },
  temporal: {
    imports: ['domain', 'workflows'],
    types: ['activities'],
    why: 'temporal/ knows workflows, and activities by type only: it starts and signals, it does not do the work.',
  },
  api: {
    imports: ['domain', 'database', 'planning', 'carriers', 'templates', 'webhook-client'],
    types: ['temporal'],
    why: 'api/ never talks to Temporal or a carrier itself: it takes `runs` (by type) and commits to the database.',
  },
  console: {
    imports: ['domain'],
    types: ['api'],
    why: 'console/ knows the product by its API: `import type` from api/, and values of domain/.',
  },
  'dev/launchers': { imports: [], why: 'dev/launchers/ bring servers up on a machine and know nothing of ours.' },
  'dev/simulator': {
    imports: ['domain', 'carriers'],
    why: 'dev/simulator/ plays the world outside. It shares wire formats and values, never the product’s own code.',
  },
};
const ROOTS = ['main.ts', 'system.ts', 'worker-process.ts', 'api-process.ts', 'foundation.ts', 'config.ts'];
/** Folders below a layer's own. */
const DEPTHS = [0, 1, 2];

/** Where functions are held to a size. */
const SIZED = [...Object.keys(LAYERS), 'bench', 'dev', 'cli'].map((folder) => `${folder}/**/*.{ts,tsx}`);
type SizeRule = 'max-lines-per-function' | 'max-params' | 'complexity';
/** Files that may exceed one of the limits, and why. */
const LARGER: [string, SizeRule, string][] = [
  ['workflows/send-campaign.ts', 'complexity', 'the commands of a run stand in their order'],
  ['activities/maintenance/sweep.ts', 'max-lines-per-function', 'a list of jobs that have nothing to do with each other'],
  ['bench/stage/stack.ts', 'max-lines-per-function', 'each part is started after those it needs'],
  ['bench/years.ts', 'max-lines-per-function', 'a year told in its order'],
  ['bench/sync.ts', 'max-lines-per-function', 'one run told in its order'],
];

/** The borders of one layer for its files at one depth: an import of another layer goes up exactly so far. */
function borders(layer: string, depth: number): OxlintOverride {
  const { imports, types = [], why } = LAYERS[layer] ?? { imports: [], why: '' };
  const up = '../'.repeat(layer.split('/').length + depth);
  const inside = (name: string): string => `${up}${name}/**`;
  const others = [...Object.keys(LAYERS), 'bench', 'test', 'cli'].filter((name) => name !== layer);
  const patterns = [
    { group: others.filter((name) => !imports.includes(name) && !types.includes(name)).map(inside), message: why },
    { group: ROOTS.map((name) => `${up}${name}`), message: 'The composition root is imported by nothing below it.' },
    ...(types.length > 0
      ? [{ group: types.map(inside), allowTypeImports: true, message: `${why} (\`import type\` is allowed)` }]
      : []),
    ...(layer === 'domain' || layer === 'workflows' ? [{ group: ['node:*'], message: why }] : []),
  ];
  return {
    files: [`${layer}/${'*/'.repeat(depth)}*.{ts,tsx}`],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  };
}

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'promise', 'vitest'],
  categories: {
    correctness: 'error',
    suspicious: 'error',
  },
  rules: {
    'no-console': 'error',
    'node/no-process-env': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/consistent-type-assertions': [
      'error',
      {
        assertionStyle: 'never',
      },
    ],
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/consistent-type-imports': 'error',
    'import/no-cycle': 'error',
    'max-lines': [
      'error',
      {
        max: 300,
        skipBlankLines: true,
        skipComments: true,
      },
    ],
    'unicorn/filename-case': [
      'error',
      {
        case: 'kebabCase',
      },
    ],
    eqeqeq: 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'no-await-in-loop': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'no-shadow': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'unicorn/require-module-specifiers': 'off',
    'unicorn/require-post-message-target-origin': 'off',
    'vitest/require-mock-type-parameters': 'off',
    'unicorn/no-array-reverse': 'off',
    'import/no-unassigned-import': 'off',
    'import/no-named-as-default-member': 'off',
    'typescript/unbound-method': 'off',
    'promise/always-return': 'off',
    'promise/no-callback-in-promise': 'off',
    'no-unmodified-loop-condition': 'off',
    'typescript/consistent-return': 'off',
    'consistent-return': 'off',
  },
  // clients/ are packages of their own, with their own compilers and rules.
  ignorePatterns: ['dist/**', 'console/dist/**', 'test/histories/**', 'clients/**'],
  overrides: [
    ...Object.keys(LAYERS).flatMap((layer) => DEPTHS.map((depth) => borders(layer, depth))),
    {
      files: ['config.ts', 'bench/**', 'test/**', '*.config.ts', 'dev/**', 'cli/**', 'main.ts'],
      rules: { 'node/no-process-env': 'off' },
    },
    {
      files: ['bench/**', 'dev/**', 'cli/**', 'config.ts', 'database/migrate.ts', 'api/reference/openapi.ts'],
      rules: { 'no-console': 'off' },
    },
    {
      files: [...SIZED, ...ROOTS],
      rules: {
        'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
        'max-params': ['error', { max: 4 }],
        complexity: ['error', { max: 15, variant: 'modified' }],
      },
    },
    ...LARGER.map(([file, rule]): OxlintOverride => ({ files: [file], rules: { [rule]: 'off' } })),
    {
      files: ['test/**'],
      rules: { 'vitest/valid-title': ['error', { mustMatch: '^.{0,90}$' }] },
    },
    { files: ['test/**', 'bench/**'], rules: { 'no-await-in-loop': 'off', 'typescript/no-unsafe-type-assertion': 'off' } },
  ],
});
