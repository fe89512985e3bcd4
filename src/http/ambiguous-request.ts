import type { IncomingMessage } from 'node:http';

const dotSegment = /[/\\](?:\.|%2e){1,2}(?:[/\\?#]|$)/i;

/**
 * Completes the sentence "Cannot read the request: …" for one that a proxy in front of the server may have understood in
 * another way: what the proxy has checked is then not what is served. Undefined for every other request.
 */
export function ambiguity(request: IncomingMessage): string | undefined {
  const { rawHeaders, url = '', httpVersion, headers } = request;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]!.length === 4 && rawHeaders[index]!.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts > 1) return 'it has two Host headers';
  if (httpVersion === '1.0' && headers['transfer-encoding'] !== undefined) {
    return 'HTTP/1.0 has no Transfer-Encoding';
  }
  const queryAt = url.indexOf('?');
  const path = queryAt < 0 ? url : url.slice(0, queryAt);
  if (dotSegment.test(path)) return 'its path has a segment of dots: send the path that is meant';
  return undefined;
}
