/**
 * Loads a module of this repository anew, with everything of the repository that it imports, as often as wanted.
 * Node keeps a module for each address, so each time the addresses get another query.
 */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const replacement = new URL('node-test.ts', import.meta.url).href;
const sources = new Map<string, string>();
let version = 0;

/** From now on the modules below `directory` are loaded anew with each call of `loadAfresh`. */
export function keepApart(directory: string): void {
  const root = pathToFileURL(`${directory}/`).href;
  const isOurs = (url: string) => url.startsWith(root) && !url.includes('/node_modules/');
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'node:test' && isOurs(context.parentURL ?? '')) {
        return { url: replacement, shortCircuit: true };
      }
      const resolved = next(specifier, context);
      if (!isOurs(resolved.url) || !resolved.url.endsWith('.ts')) return resolved;
      const parent = new URL(context.parentURL ?? root).searchParams.get('version');
      return { ...resolved, url: `${resolved.url}?version=${parent ?? version}` };
    },
    load(url, context, next) {
      if (!isOurs(url) || !url.includes('.ts?version=')) return next(url, context);
      return { format: 'module', source: sourceOf(fileURLToPath(url)), shortCircuit: true };
    },
  });
}

export function loadAfresh(file: string): Promise<unknown> {
  version += 1;
  return import(`${pathToFileURL(file).href}?version=${version}`);
}

/** Types are stripped once: that takes longer than all the rest. */
function sourceOf(file: string): string {
  let source = sources.get(file);
  if (source === undefined) {
    source = stripTypeScriptTypes(readFileSync(file, 'utf8'));
    sources.set(file, source);
  }
  return source;
}
