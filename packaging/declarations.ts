import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Writes declarations of the recorder into a directory: `recorder/index.d.ts`, and those that it names. They compile in
 * applications that have none of the frameworks, and no types of Node.
 */
export function writeRecorderDeclarations(root: string, directory: string): void {
  const project = join(root, 'packaging/recorder');
  execFileSync('tsc', ['-p', project, '--outDir', directory], { stdio: 'inherit' });
  const needed = new Set([join(directory, 'recorder/index.d.ts')]);
  // A set that grows is walked to its end.
  for (const file of needed) {
    const text = readFileSync(file, 'utf8');
    for (const [, path = ''] of text.matchAll(relativePath)) {
      needed.add(join(dirname(file), path.replace(/\.ts$/, '.d.ts')));
    }
    writeFileSync(file, portable(text));
  }
  for (const file of globSync('**/*.d.ts', { cwd: directory })) {
    if (!needed.has(join(directory, file))) rmSync(join(directory, file));
  }
  for (const folder of globSync('**/', { cwd: directory }).toSorted().toReversed()) {
    if (folder !== '' && globSync('**/*.*', { cwd: join(directory, folder) }).length === 0) {
      rmSync(join(directory, folder), { recursive: true });
    }
  }
}

const relativePath = /from '(\.[^']+\.ts)'/g;

/** The types of a framework: unknown to an application that has another one, and then of no use to it. */
const ofFramework = /^(?:import type .* from|declare module) '(?:fastify|hono)'/gm;

function portable(text: string): string {
  return text
    .replace(relativePath, (found) => found.replace(/\.ts'$/, ".js'"))
    .replace(ofFramework, '// @ts-ignore: not installed in every application\n$&');
}
