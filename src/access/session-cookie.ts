/** With this prefix a browser takes the cookie from this host alone, for all of its paths, and only when it is secure. */
const cookieName = '__Host-annals';

/** Longer than the value of any cookie of ours. */
const maxLength = 100;

/** The value of the session's cookie, if a request has one. */
export function sessionToken(request: Request): string | undefined {
  const cookies = request.headers.get('cookie');
  if (cookies === null) return undefined;
  for (const cookie of cookies.split(';')) {
    const [name, value = ''] = cookie.split('=', 2);
    if (name?.trim() === cookieName) return value.trim().slice(0, maxLength);
  }
  return undefined;
}

/** The header that gives a browser the cookie of a session. `Lax`: a link from elsewhere leads in, a form does not. */
export function setSessionCookie(token: string, maxAgeSeconds: number): string {
  return `${cookieName}=${token}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; Secure; SameSite=Lax`;
}

export const clearSessionCookie = setSessionCookie('', 0);
