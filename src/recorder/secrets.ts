/** Parts of a name that speak of a secret wherever they stand, and short ones that do so only alone. */
const parts =
  /token|secret|passw|passphrase|passcode|pwd|apikey|accesskey|privatekey|signature|credential|authoriz|authoris|authcode|devicecode|usercode|verificationcode|codeverifier|cookie|sess(?:ion|id)|jwt|bearer|assertion|samlre|key$/;
const whole = new Set(['auth', 'code', 'hmac', 'mfa', 'otp', 'pass', 'pin', 'sid', 'sig', 'totp']);

/** Whether a parameter or header of this name is likely to hold a secret: rather one too many than one too few. */
export function isSecretName(name: string): boolean {
  const bare = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return parts.test(bare) || whole.has(bare);
}

const mask = '***';

/** A query string with the values of secret names masked; everything else stands as it came. */
export function maskQuery(query: string): string {
  // Some frameworks split at semicolons as well.
  return query.replace(/[^&;]+/g, (pair) => {
    const equals = pair.indexOf('=');
    if (equals < 0) return pair;
    return isSecretName(decodedName(pair)) ? `${pair.slice(0, equals)}=${mask}` : pair;
  });
}

/** Decodes as the application will: tolerant of what is no proper encoding. */
function decodedName(pair: string): string {
  return new URLSearchParams(pair).keys().next().value ?? '';
}
