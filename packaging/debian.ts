import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A package of Debian from which files are in the image. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Hexadecimal, of the package's file. */
  readonly sha256: string;
}

/** What Node is linked with, and where Debian has it. */
const libraries: Readonly<Record<string, readonly string[]>> = {
  libc6: ['libc.so.6', 'libm.so.6', 'libdl.so.2', 'libpthread.so.0', 'ld-linux-x86-64.so.2'],
  'libgcc-s1': ['libgcc_s.so.1'],
  'libstdc++6': ['libstdc++.so.6'],
  libatomic1: ['libatomic.so.1'],
};

/**
 * Puts the libraries of Node and the certificates of public authorities into the root of a file system, from the packages
 * of Debian that `apt-get` knows. `work` is an empty directory. Needs a package list (`apt-get update`).
 */
export function installLibraries(root: string, work: string): DebianPackage[] {
  download([...Object.keys(libraries), 'ca-certificates'], work);
  // It has the licence of the libraries of GCC.
  const [base = ''] = /gcc-\d+-base/.exec(field(packageFile('libstdc++6', work), 'Depends')) ?? [];
  download([base], work);
  const target = join(root, 'usr/lib/x86_64-linux-gnu');
  mkdirSync(target, { recursive: true });
  // Where the kernel looks for the loader of a program.
  symlinkSync('usr/lib/x86_64-linux-gnu', join(root, 'lib64'));
  return [...Object.keys(libraries), 'ca-certificates', base].toSorted().map((name) => {
    const file = packageFile(name, work);
    const unpacked = join(work, name);
    execFileSync('dpkg-deb', ['--extract', file, unpacked]);
    for (const library of libraries[name] ?? []) copyLibrary(unpacked, library, target);
    if (name === 'ca-certificates') writeCertificates(unpacked, root);
    copyLicence(name, unpacked, root);
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    return { name, version: field(file, 'Version'), sha256 };
  });
}

/** Asks for the package list when it is missing or has versions that are gone. */
function download(names: readonly string[], work: string): void {
  // As root, apt would download as another user, who may not write here.
  const args = ['--quiet', 'download', '--option', 'APT::Sandbox::User=root', ...names];
  const apt = (...options: string[]) =>
    spawnSync('apt-get', options, { cwd: work, encoding: 'utf8' });
  if (apt(...args).status === 0) return;
  apt('--quiet', 'update');
  const { status, error, stderr } = apt(...args);
  if (status === 0) return;
  throw new Error(
    `Cannot build the image: apt-get cannot download ${names.join(', ')}: ${error?.message ?? stderr}`,
  );
}

function packageFile(name: string, work: string): string {
  const [file] = globSync(`${name}_*.deb`, { cwd: work });
  if (file === undefined) throw new Error(`Cannot build the image: apt-get downloaded no ${name}`);
  return join(work, file);
}

/** The libraries of GCC have a link in place of it. */
function copyLicence(name: string, unpacked: string, root: string): void {
  const licence = `usr/share/doc/${name}/copyright`;
  if (!existsSync(join(unpacked, licence))) return;
  mkdirSync(join(root, dirname(licence)), { recursive: true });
  copyFileSync(join(unpacked, licence), join(root, licence));
}

function field(file: string, name: string): string {
  return execFileSync('dpkg-deb', ['--field', file, name], { encoding: 'utf8' }).trim();
}

/** Follows links: a package has `libstdc++.so.6` as a link to a file with the whole version. */
function copyLibrary(unpacked: string, name: string, target: string): void {
  const [found] = globSync(`{lib,usr/lib}/x86_64-linux-gnu/${name}`, { cwd: unpacked });
  if (found === undefined)
    throw new Error(`Cannot build the image: ${basename(unpacked)} has no ${name}`);
  copyFileSync(realpathSync(join(unpacked, found)), join(target, name));
}

/** One file with all of them, as `update-ca-certificates` writes it. */
function writeCertificates(unpacked: string, root: string): void {
  const files = globSync('usr/share/ca-certificates/mozilla/*.crt', { cwd: unpacked }).toSorted();
  if (files.length === 0) throw new Error('Cannot build the image: ca-certificates has none');
  const all = files.map((file) => readFileSync(join(unpacked, file)));
  mkdirSync(join(root, 'etc/ssl/certs'), { recursive: true });
  writeFileSync(join(root, 'etc/ssl/certs/ca-certificates.crt'), Buffer.concat(all));
}
