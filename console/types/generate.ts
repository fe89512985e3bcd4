/**
 * `npm run console:types`: writes the types of the API, as the console uses them, from the server's own document. With
 * `--check` it writes nothing and fails when the types are not those of the document.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TestApp } from '../../src/api/app.fixture.ts';

const file = fileURLToPath(new URL('../src/api/schema.d.ts', import.meta.url));

interface Generator {
  readonly default: (document: unknown, options: object) => Promise<readonly unknown[]>;
  readonly astToString: (types: readonly unknown[]) => string;
}

// It is installed beside this file alone, with the older TypeScript that it needs.
const installedHere: string = 'openapi-typescript';
const { default: generate, astToString }: Generator = await import(installedHere);

const response = await new TestApp().request('GET', '/openapi.json');
const types = astToString(await generate(await response.json(), { alphabetize: true }));
const text = `// Written by \`npm run console:types\` from the server's OpenAPI document.\n${types}`;
if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  process.stderr.write(
    'The types of the console are not those of the API: run npm run console:types\n',
  );
  process.exitCode = 1;
}
