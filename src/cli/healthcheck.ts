import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { Command } from 'commander';
import { AnnalsError } from '../core/errors.ts';
import { type CliContext, Exit, exitCodes } from './cli-context.ts';

interface HealthcheckFlags {
  readonly url?: string;
}

/** A server that does not answer within this is not well. */
const timeoutMillis = 5_000;

/**
 * `annals healthcheck`: whether the server of this machine is ready, for what watches containers: an image has no shell
 * and no curl. It loads next to nothing, because it runs twice a minute.
 */
export function healthcheckCommand(context: CliContext): Command {
  return new Command('healthcheck')
    .option('--url <url>', 'what to ask (default: /readyz of the server by the same variables)')
    .addHelpText(
      'after',
      `
Reads ANNALS_HOST, ANNALS_PORT and ANNALS_TLS_CERT as annals serve does. The
certificate is not verified: the server is on this machine.

Exit codes: 0 it is ready, 1 it is not, or does not answer.

Examples:
  $ annals healthcheck
  $ annals healthcheck --url http://127.0.0.1:9000/readyz`,
    )
    .action(async ({ url = ownUrl(context.env) }: HealthcheckFlags) => {
      const status = await statusOf(url);
      if (status === 200) context.stdout.write(`${url} is ready\n`);
      else throw new Exit(exitCodes.failed, `${url} is not ready: it responds with ${status}`);
    });
}

/** Of the server that these variables start, seen from its own machine. */
function ownUrl(env: CliContext['env']): string {
  const { ANNALS_HOST: host = '', ANNALS_PORT: port, ANNALS_TLS_CERT: certificate } = env;
  const everywhere: Readonly<Record<string, string>> = {
    '': '127.0.0.1',
    '0.0.0.0': '127.0.0.1',
    '::': '::1',
  };
  const address = everywhere[host] ?? host;
  const inUrl = address.includes(':') ? `[${address}]` : address;
  return `${certificate ? 'https' : 'http'}://${inUrl}:${port || '8420'}/readyz`;
}

function statusOf(url: string): Promise<number> {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new AnnalsError('invalid', `Cannot ask ${url}: it is not an address of http or https`);
  }
  return new Promise((resolve, reject) => {
    const get = url.startsWith('https:') ? getHttps : getHttp;
    const request = get(url, { rejectUnauthorized: false, timeout: timeoutMillis }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.once('timeout', () =>
      request.destroy(new Error(`no response within ${timeoutMillis / 1_000} s`)),
    );
    request.once('error', (error: NodeJS.ErrnoException) => {
      // Who asks for the certificates of clients is there, and lets nobody in without one.
      if (error.code === 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED') resolve(200);
      else reject(new AnnalsError('unavailable', `${url} does not answer: ${error.message}`));
    });
  });
}
