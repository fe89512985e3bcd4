/** What people call a browser, from what it says of itself: `Firefox on Windows`. */
export function browserName(userAgent: string | undefined): string {
  if (userAgent === undefined) return '–';
  // Each also names those before it, for old times' sake: the first that fits is the right one.
  const browser = firstMatch(userAgent, [
    ['Edge', /\bEdg(?:A|iOS)?\//],
    ['Opera', /\bOPR\//],
    ['Firefox', /\b(?:Firefox|FxiOS)\//],
    ['Chrome', /\b(?:Chrome|CriOS|HeadlessChrome)\//],
    ['Safari', /\bSafari\//],
    ['curl', /^curl\//],
  ]);
  const system = firstMatch(userAgent, [
    ['Android', /\bAndroid\b/],
    ['iOS', /\b(?:iPhone|iPad|iPod)\b/],
    ['Windows', /\bWindows\b/],
    ['macOS', /\bMacintosh\b/],
    ['ChromeOS', /\bCrOS\b/],
    ['Linux', /\bLinux\b/],
  ]);
  if (browser === undefined)
    return userAgent.length > 40 ? `${userAgent.slice(0, 39)}…` : userAgent;
  return system === undefined ? browser : `${browser} on ${system}`;
}

function firstMatch(text: string, names: readonly [string, RegExp][]): string | undefined {
  return names.find(([, pattern]) => pattern.test(text))?.[0];
}
