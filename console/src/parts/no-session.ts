/**
 * Why nobody can sign in on this page; undefined where it is possible. Browsers keep the cookie of a session over HTTPS,
 * and on this machine itself. Anywhere else a key would cross the network unencrypted, and for nothing.
 */
export function whyNoSession(): string | undefined {
  return window.isSecureContext
    ? undefined
    : 'Nobody can sign in over plain HTTP: a key would cross the network unencrypted, and browsers keep a session over HTTPS or on localhost alone. Use the https address of this server.';
}
