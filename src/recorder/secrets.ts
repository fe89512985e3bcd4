/** Parts of a name that mean a secret anywhere in it, and short words that do so only as the whole name. */
const secretParts =
  /token|secret|passw|passphrase|passcode|pwd|apikey|accesskey|privatekey|signature|credential|authoriz|authoris|authcode|devicecode|usercode|verificationcode|codeverifier|cookie|sess(?:ion|id)|jwt|bearer|assertion|samlre|key$/;
const secretNames = new Set([
  'auth',
  'code',
  'hmac',
  'mfa',
  'otp',
  'pass',
  'pin',
  'sid',
  'sig',
  'totp',
]);

/** Whether a parameter or header of this name may have a secret: better one too many than one too few. */
export function isSecretName(name: string): boolean {
  const bare = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return secretParts.test(bare) || secretNames.has(bare);
}

const mask = '***';

/** A query string with the values of secret names masked; everything else stays as it came. */
export function maskQuery(query: string): string {
  // Some frameworks split at semicolons as well.
  return query.replace(/[^&;]+/g, (pair) => {
    const equals = pair.indexOf('=');
    if (equals < 0) return pair;
    const name = pair.slice(0, equals);
    return isSecretName(/[%+]/.test(name) ? decodedName(pair) : name) ? `${name}=${mask}` : pair;
  });
}

/** Decodes like the application will: tolerates what is not a proper encoding. */
function decodedName(pair: string): string {
  return new URLSearchParams(pair).keys().next().value ?? '';
}
