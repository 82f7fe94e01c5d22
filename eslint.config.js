import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const features = ['catalog', 'explorer', 'requests', 'jobs', 'storage', 'results', 'publishing'];

/** Which folder may not import what: the arrows of the architecture point one way. */
const zones = [
  { target: './src/protocol', from: './src', except: ['./protocol'] },
  { target: './src/transport', from: './src', except: ['./transport', './protocol'] },
  { target: './src/local-service', from: './src', except: ['./local-service', './protocol'] },
  { target: './src/shared', from: './src', except: ['./shared', './protocol', './transport'] },
  { target: './src/webviews', from: './src', except: ['./webviews', './shared', './protocol'] },
  ...features.map((feature) => ({
    target: `./src/${feature}`,
    from: features.filter((other) => other !== feature).map((other) => `./src/${other}/!(index.ts)`),
    message: "A feature calls what another feature's index.ts exports.",
  })),
];

const plainNode = ['protocol', 'transport', 'local-service'].map((folder) => `src/${folder}/**/*.ts`);

export default tseslint.config(
  { ignores: ['dist/', 'out/', '.vscode-test/', 'node_modules/', 'test/fixtures/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'import-x': importX },
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './src/webviews/tsconfig.json', './test/e2e/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // VS Code's classes are interfaces to it: any object of their shape will do.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    files: plainNode,
    rules: { 'no-restricted-imports': ['error', { paths: ['vscode'] }] },
  },
  { files: ['**/*.js', '**/*.mjs', '**/*.cjs'], ...tseslint.configs.disableTypeChecked },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
