/** Why this browser cannot verify here; undefined when it can. */
export function whyNotHere(): string | undefined {
  if (globalThis.crypto?.subtle !== undefined) return undefined;
  return 'This page came over plain HTTP. Browsers give their cryptography only to pages that came over HTTPS, or from localhost, so nothing can be verified here. The command annals verify can.';
}
