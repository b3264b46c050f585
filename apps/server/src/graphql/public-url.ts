/** The token under which the beginning of the server's own links is injected, once it listens. */
export const PUBLIC_URL = Symbol('public-url');
