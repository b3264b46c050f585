import { running, type Running } from '../support/running.ts';

let house: Running;
beforeAll(async () => {
  house = await running({ demo: true });
});
afterAll(() => house.end());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(path, house.server.url), { headers });

describe('The explorer works without internet:', () => {
  let page: string;
  beforeAll(async () => {
    const response = await get('/graphql', { accept: 'text/html,*/*' });
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    page = await response.text();
  });

  test('the page names no host at all', () => {
    expect(page).toContain('Altair');
    // What begins with a scheme or two slashes is elsewhere.
    expect(page.match(/["'(=]\s*(https?:)?\/\/[\w.-]+/g) ?? []).toEqual([]);
    expect(page).toContain('/graphql');
  });

  test('all that it loads comes from the program itself', async () => {
    const base = /<base href="([^"]+)"/.exec(page)?.[1] ?? '/';
    const loaded = [...page.matchAll(/<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"/g)].map(
      ([, path = '']) => new URL(path, new URL(base, house.server.url)),
    );
    expect(loaded.length).toBeGreaterThan(5);
    for (const url of loaded) {
      expect(url.origin).toBe(house.server.url);
      const response = await fetch(url);
      expect([url.pathname, response.status]).toEqual([url.pathname, 200]);
      const text = await response.text();
      if (url.pathname.endsWith('.css'))
        expect(text).not.toMatch(/(url\(["']?|@import\s+["'])(https?:)?\/\//);
    }
    expect(loaded.filter(({ pathname }) => pathname.endsWith('.css'))).toHaveLength(1);
  });
});

test('The page of an invitation says who invites to what, loads nothing and tells nobody', async () => {
  const response = await get(`/invitations/${house.server.demoInvitation ?? ''}`);
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  });
  const page = await response.text();
  expect(page).toContain('Maison Exemple invites you to apply: Home care 2027');
  expect(page).not.toMatch(/<script|<img|<link|https?:/);

  const none = await get('/invitations/%3Cscript%3E');
  expect(none.status).toBe(404);
  expect(await none.text()).not.toContain('script');
});

test('Health tells whether it lives and whether it can be used', async () => {
  expect(await (await get('/health/live')).json()).toEqual({ status: 'live' });
  expect(await (await get('/health/ready')).json()).toEqual({
    status: 'ready',
    outbox: { dead: 0 },
    agenda: { failing: 0 },
  });
});
