import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundledPackage } from './bundle.ts';

/** The licences of everything that is in a bundle, as they ask to be passed on. */
export function notices(packages: readonly BundledPackage[]): string {
  const rule = `${'-'.repeat(80)}\n`;
  const head = 'The JavaScript in dist/ contains these packages, each under its own licence.\n\n';
  return head + packages.map((each) => `${rule}${notice(each)}\n`).join('');
}

function notice({ directory }: BundledPackage): string {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const texts = readdirSync(directory)
    .filter((file) => /^(licen[cs]e|copying|notice)(\.\w+)?$/i.test(file))
    .toSorted()
    .map((file) => readFileSync(join(directory, file), 'utf8').trim());
  if (manifest.license === undefined) throw new Error(`${manifest.name} states no licence`);
  if (texts.length === 0) texts.push('(The package has no text of its licence.)');
  const { name, version, license } = manifest;
  return `${name} ${version}, ${license}\n\n${texts.join('\n\n')}\n`;
}
