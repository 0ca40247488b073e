import js from '@eslint/js'
import a11y from 'eslint-plugin-jsx-a11y'
import hooks from 'eslint-plugin-react-hooks'
import ts from 'typescript-eslint'

/** A floor may import what lies below it, and nothing above or beside. */
const floor = (files, ...patterns) => ({
  files,
  rules: {
    'no-restricted-imports': ['error', { patterns: patterns.map(([regex, message]) => ({ regex, message })) }],
  },
})

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/kernel/schema.d.ts', 'playwright-report', 'test-results'] },
  js.configs.recommended,
  ts.configs.strict,
  ts.configs.stylistic,
  a11y.flatConfigs.strict,
  hooks.configs.flat['recommended-latest'],
  {
    rules: {
      'no-console': 'error',
      'max-lines': ['error', { max: 500 }],
      'max-lines-per-function': ['error', { max: 80, skipComments: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      'react-hooks/set-state-in-effect': 'off',
    },
  },
  { files: ['e2e/**', '**/*.test.ts', 'scripts/**'], rules: { 'max-lines-per-function': 'off', 'no-console': 'off' } },
  { files: ['scripts/*.mjs'], languageOptions: { globals: { URL: 'readonly' } } },
  floor(['src/lib/**'], ['/(kernel|modules|app)(/|$)', 'lib stands alone: it knows nothing of the house']),
  floor(['src/kernel/**'], ['/(modules|app)(/|$)', 'the kernel lies below rooms and shell']),
  floor(
    ['src/modules/**'],
    ['/app(/|$)', 'a room does not know the shell'],
    ['/modules/', 'rooms share no wall'],
    ['^\\.\\./(?!\\.\\./(kernel|lib)(/|$))', 'a room imports its own files, the kernel and lib'],
    ['/kernel/', 'rooms use what kernel/index.ts offers'],
  ),
)
