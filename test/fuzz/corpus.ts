import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('./corpus/', import.meta.url));

/** The inputs of a target that are kept in the repository, in the order of their names. */
export function corpusOf(target: string): { readonly name: string; readonly input: Buffer }[] {
  const directory = join(root, target);
  const names = readdirSync(directory).toSorted();
  return names.map((name) => ({ name, input: readFileSync(join(directory, name)) }));
}

/** Returns the path of the new file. */
export function addToCorpus(target: string, name: string, input: Uint8Array): string {
  const path = join(root, target, name);
  mkdirSync(join(root, target), { recursive: true });
  writeFileSync(path, input);
  return path;
}
