import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '../core/errors.ts';
import type { CliContext } from './cli-context.ts';
import { complain } from './terminal-text.ts';

/**
 * Tells systemd that the server is ready, which wants to know (`Type=notify`). Node cannot write to
 * such a socket, so that systemd's own program does it. Never rejects.
 */
export async function notifyReady(context: Pick<CliContext, 'env' | 'stderr'>): Promise<void> {
  const { NOTIFY_SOCKET, PATH } = context.env;
  try {
    await promisify(execFile)('systemd-notify', ['--ready'], {
      env: { NOTIFY_SOCKET, ...(PATH !== undefined && { PATH }) },
      timeout: 10_000,
    });
  } catch (error) {
    const reason = messageOf(error).trim().replaceAll('\n', ': ');
    complain(context, `systemd is not told that the server is ready: ${reason}`);
  }
}
