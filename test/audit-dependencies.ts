/**
 * What is known of the packages that are installed: `npm run audit`.
 *
 * 1. The lock files, ours and those of folders with packages of their own, always: every package has a SHA-512, runs no
 *    program when it is installed, and has a licence that permits what we do with it.
 * 2. Known vulnerabilities, where the registry answers `npm audit`: one that is high or critical fails. A registry that
 *    does not offer it is reported, because a mirror without advisories says nothing about the packages.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const root = fileURLToPath(new URL('..', import.meta.url));

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      integrity: z.string().optional(),
      license: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
      dev: z.boolean().optional(),
    }),
  ),
});
const reportSchema = z.object({
  metadata: z.object({ vulnerabilities: z.record(z.string(), z.number()) }),
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string(), range: z.string() })),
});

/** Permissive licences. CC-BY-4.0 is that of a table of browsers, CC0-1.0 of icons, both used in development. */
const licences = new Set([
  '(MIT OR CC0-1.0)',
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT OR Apache-2.0',
  'Python-2.0',
  'Unlicense',
]);
/** Whoever passes on files under it must offer their source, so only what is used in development alone may have it. */
const licencesInDevelopment = new Set(['MPL-2.0']);

/** Folders with packages of their own, below the root. */
const folders = ['', 'console/types/', 'site/'];

function problemsOfLock(folder: string): string[] {
  const read = (name: string) => readFileSync(`${root}${folder}${name}`, 'utf8');
  const { packages } = lockSchema.parse(JSON.parse(read('package-lock.json')));
  const runsNothing = /^ignore-scripts=true$/m.test(read('.npmrc'));
  return Object.entries(packages).flatMap(
    ([name, { integrity, license, hasInstallScript, dev }]) => {
      if (name === '') return [];
      const problems: string[] = [];
      if (!integrity?.startsWith('sha512-')) problems.push(`${name}: has no SHA-512`);
      if (hasInstallScript && !runsNothing)
        problems.push(`${name}: runs a program when it is installed`);
      const isPermitted =
        license !== undefined &&
        (licences.has(license) || (dev === true && licencesInDevelopment.has(license)));
      if (!isPermitted) problems.push(`${name}: its licence is ${license ?? 'not stated'}`);
      return problems;
    },
  );
}

/** Vulnerabilities that are high or critical; undefined where the registry does not offer an audit. */
function knownVulnerabilities(folder: string): string[] | undefined {
  const cwd = `${root}${folder}`;
  const { stdout } = spawnSync('npm', ['audit', '--json'], { cwd, encoding: 'utf8' });
  const report = reportSchema.safeParse(parsed(stdout));
  if (!report.success) return undefined;
  return Object.entries(report.data.vulnerabilities)
    .filter(([, { severity }]) => ['high', 'critical'].includes(severity))
    .map(([name, { severity, range }]) => `${name} ${range}: ${severity}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const reports = folders.map(knownVulnerabilities);
const problems = [...folders.flatMap(problemsOfLock), ...reports.flatMap((found) => found ?? [])];
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(
  reports.includes(undefined)
    ? 'Lock files checked. The registry does not answer npm audit, so known vulnerabilities were not compared.\n'
    : 'Lock files checked, and compared with the known vulnerabilities of the registry.\n',
);
process.exitCode = problems.length === 0 ? 0 : 1;
