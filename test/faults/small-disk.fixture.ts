import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of some megabytes for one process, partly full. The line `fill` makes it full, every other one that part free. */
export interface SmallDisk extends Disposable {
  readonly path: string;
  /** Words before a command that run it with the disk in place. */
  readonly through: readonly string[];
}

const script = `
  mount -t tmpfs -o size="$1"m tmpfs "$0" && head -c "$2"m /dev/zero > "$0/occupied" && shift 2 || exit
  exec 3<&0
  while read -r line; do
    if test "$line" = fill; then cat /dev/zero >> "$0/occupied" 2>&-; else rm -f "$0/occupied"; fi
  done <&3 &
  exec "$@" < /dev/null
`;

export function smallDisk(megabytes: number, occupied: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'annals-disk-'));
  const sizes = [String(megabytes), String(occupied)];
  return {
    path,
    // Mounting is allowed in a namespace of one's own, on most systems.
    through: ['unshare', '--map-root-user', '--mount', 'sh', '-c', script, path, ...sizes],
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}

/** Why there can be none here, or false. */
export function noSmallDisk(): string | false {
  using disk = smallDisk(1, 0);
  const [command = '', ...words] = disk.through;
  return spawnSync(command, [...words, 'true']).status === 0
    ? false
    : 'this system lets no program mount a small disk';
}
