import { runInNewContext } from 'node:vm';
import { accountLinkUrl } from '@vivier/server';
import { houseOfLinks, kinds, NEW_PASSWORD } from '../support/account-links.ts';
import type { Running } from '../support/running.ts';

let ground: Awaited<ReturnType<typeof houseOfLinks>>;
let house: Running;
beforeAll(async () => {
  ground = await houseOfLinks();
  ({ house } = ground);
});
afterAll(() => house.end());

describe('The page behind a link', () => {
  test.each([
    ['activation', 'confirmAccount', 'Activer votre compte'],
    ['passwordReset', 'resetPassword', 'Choisir un nouveau mot de passe'],
    ['addressChange', 'confirmAddressChange', 'Confirmer votre nouvelle adresse'],
  ] as const)('of %s sends %s when it is told to', async (kind, mutation, title) => {
    const url = accountLinkUrl(house.server.url, kind, 'token');
    expect(new URL(url).hash).toBe('#token');
    const page = await fetch(url, { headers: { 'accept-language': 'fr-FR,fr;q=0.9,en;q=0.8' } });
    const html = await page.text();
    expect(html).toContain(`<html lang="fr">`);
    expect(html).toContain(title);
    expect(html).toContain(`data-mutation="${mutation}"`);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const english = await (await fetch(url)).text();
    expect(english).toContain('<html lang="en">');
    for (const [, file] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const found = await fetch(new URL(file ?? '', url));
      expect([file, found.status]).toEqual([file, 200]);
    }
  });

  /** What its script meets in a browser, with the parts that it uses. */
  const inBrowser = async (url: string, password?: string) => {
    const source = await (await fetch(new URL('account.js', url))).text();
    const html = await (await fetch(url)).text();
    const button = { disabled: false };
    const status = { textContent: '' };
    let submit: (event: { preventDefault(): void }) => Promise<void> = async () => undefined;
    const form = {
      isThere: true,
      dataset: {
        mutation: /data-mutation="(\w+)"/.exec(html)?.[1],
        done: /data-done="([^"]+)"/.exec(html)?.[1],
      },
      elements: password === undefined ? {} : { password: { value: password } },
      addEventListener: (_: string, listener: typeof submit) => (submit = listener),
      querySelector: () => button,
      remove: () => (form.isThere = false),
    };
    const { hash, pathname } = new URL(url);
    const shown: string[] = [];
    runInNewContext(source, {
      crypto,
      location: { hash, pathname },
      history: { replaceState: (_: unknown, __: string, to: string) => shown.push(to) },
      fetch: (to: string, init: RequestInit) => fetch(new URL(to, url), init),
      document: {
        documentElement: { lang: /<html lang="(\w+)"/.exec(html)?.[1] },
        querySelector: (selector: string) => (selector === 'form' ? form : status),
      },
    });
    return {
      shown,
      form,
      press: async (): Promise<string> => {
        await submit({ preventDefault: () => undefined });
        return status.textContent;
      },
    };
  };

  test.each(kinds)('of %s does it when the button is pressed, once', async (kind) => {
    const { person, tokens } = await ground.withLinks();
    const url = accountLinkUrl(house.server.url, kind, tokens[kind]);
    const password = kind === 'passwordReset' ? NEW_PASSWORD : undefined;
    const { shown, form, press } = await inBrowser(url, password);
    expect(shown).toEqual([new URL(url).pathname]);
    const before = await ground.typesOf(person);
    expect(await press()).toMatch(/^Your (account|password|address) is (activated|changed)\./);
    expect(form.isThere).toBe(false);
    expect(await ground.typesOf(person)).toHaveLength(before.length + 1);
    const again = await inBrowser(url, password);
    expect(await again.press()).toMatch(/^This link was used already/);
    expect(again.form.isThere).toBe(true);
  });
});
