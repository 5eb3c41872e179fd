// Runs the linter on a schema: node lint.mjs schema.graphql
//
// It prints one line for each finding, and ends with 1 where there are any. A process is for one schema only: the linter
// keeps what it has read.

import { readFileSync } from 'node:fs';
import { ESLint } from 'eslint';
import { isSpecifiedDirective, Kind, parse } from 'graphql';

import config from './eslint.config.js';

const text = ours(readFileSync(process.argv[2], 'utf8'));
const graphQLConfig = { schema: text, documents: [] };
const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: config.map((part) => ({
    ...part,
    languageOptions: { ...part.languageOptions, parserOptions: { graphQLConfig } },
  })),
});
const [{ messages }] = await eslint.lintText(text, { filePath: 'schema.graphql' });
for (const { line, message, ruleId } of messages) console.log(`${line}: ${message} (${ruleId})`);
process.exitCode = messages.length > 0 ? 1 : 0;

/** Without the definitions of the directives that every schema has: they are exported as well, and not ours to describe. */
function ours(schema) {
  const theirs = parse(schema).definitions.filter(
    ({ kind, name }) => kind === Kind.DIRECTIVE_DEFINITION && isSpecifiedDirective({ name: name.value }),
  );
  return theirs.reduce((left, { loc: { start, end } }) => {
    // Lines stay where they are.
    const blank = left.slice(start, end).replace(/[^\n]/g, ' ');
    return left.slice(0, start) + blank + left.slice(end);
  }, schema);
}
