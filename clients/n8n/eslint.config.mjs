import parser from '@typescript-eslint/parser';
import n8n from 'eslint-plugin-n8n-nodes-base';

const rules = (name) => n8n.configs[name].rules;
const languageOptions = { parser, parserOptions: { extraFileExtensions: ['.json'] } };
const plugins = { 'n8n-nodes-base': n8n };

/** n8n's own rules for community packages. */
export default [
  { ignores: ['dist/**'] },
  { files: ['package.json'], languageOptions, plugins, rules: rules('community') },
  {
    files: ['credentials/**/*.ts'],
    languageOptions,
    plugins,
    rules: { ...rules('credentials'), 'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off' },
  },
  { files: ['nodes/**/*.ts'], languageOptions, plugins, rules: rules('nodes') },
];
