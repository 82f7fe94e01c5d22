import tseslint from 'typescript-eslint';

const features = [
  'azure',
  'catalog',
  'explorer',
  'requests',
  'jobs',
  'storage',
  'results',
  'publishing',
  'instances',
  'governance',
  'monitoring',
  'dashboard',
];

/** Which other folder of `src` a folder may import from: the arrows of the architecture point one way. */
const arrows = {
  protocol: [],
  transport: ['protocol'],
  'local-service': ['protocol'],
  shared: ['protocol', 'transport'],
  webviews: ['protocol', 'shared'],
  ...Object.fromEntries(
    features.map((feature) => [feature, ['protocol', 'transport', 'local-service', 'shared', ...features]]),
  ),
};

/** Folders that run and are tested in plain Node, or in a browser. */
const withoutEditor = ['protocol', 'transport', 'local-service', 'webviews'];

/** The same inside a folder that may import the editor. */
const withoutEditorInside = { results: ['table'] };

const arrowRules = Object.entries(arrows).flatMap(([folder, targets]) => {
  const forbidden = Object.keys(arrows).filter((other) => other !== folder && !targets.includes(other));
  const others = features.filter((feature) => feature !== folder && targets.includes(feature));
  const patterns = [
    {
      regex: `^(?:\\.\\./)+(?:${forbidden.join('|')})/`,
      message: 'The arrows of the architecture point the other way.',
    },
    {
      regex: `^(?:\\.\\./)+(?:${others.join('|')})/(?!index\\.ts$)`,
      message: "A feature calls what another feature's index.ts exports.",
    },
  ].filter(({ regex }) => !regex.includes('(?:)'));
  const rule = (files, paths) => ({
    files,
    rules: { 'no-restricted-imports': ['error', { paths, patterns }] },
  });
  const inside = (withoutEditorInside[folder] ?? []).map((part) => `src/${folder}/${part}/**/*.ts`);
  return [
    rule([`src/${folder}/**/*.{ts,tsx}`], withoutEditor.includes(folder) ? ['vscode'] : []),
    ...(inside.length > 0 ? [rule(inside, ['vscode'])] : []),
  ];
});

export default tseslint.config(
  { ignores: ['dist/', 'out/', '.vscode-test/', 'node_modules/', 'test/fixtures/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: {
      parserOptions: {
        project: [
          './tsconfig.json',
          './src/webviews/tsconfig.json',
          './test/e2e/tsconfig.json',
          './test/bench/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // VS Code's classes are interfaces to it: any object of their shape will do.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  ...arrowRules,
  { files: ['**/*.js', '**/*.mjs', '**/*.cjs'], ...tseslint.configs.disableTypeChecked },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
