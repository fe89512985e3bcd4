import { AnnalsError } from '../core/errors.ts';

/**
 * The media type of a body in lower case, without parameters; undefined when the request does not say it. Throws
 * `unsupported-media` for text that is not UTF-8.
 */
export function mediaTypeOf(request: Request): string | undefined {
  const contentType = request.headers.get('content-type');
  if (contentType === null) return undefined;
  const [mediaType = '', ...parameters] = contentType.toLowerCase().split(';');
  for (const parameter of parameters) {
    const charset = /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/.exec(parameter)?.[1];
    if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
      throw new AnnalsError(
        'unsupported-media',
        `Cannot read a body in ${charset.slice(0, 40)}: send UTF-8`,
      );
    }
  }
  return mediaType.trim();
}
