import type { Locale } from '@vivier/domain';

const TAGS: Readonly<Record<Locale, string>> = { fr: 'fr-FR', en: 'en-GB' };

/** A day as its reader writes it. @param instant ISO-8601 @param zone an IANA zone */
export const dayIn = (instant: string, locale: Locale, zone: string): string =>
  new Intl.DateTimeFormat(TAGS[locale], { dateStyle: 'full', timeZone: zone }).format(
    new Date(instant),
  );

/** A day and the time of day; see {@link dayIn}. */
export const momentIn = (instant: string, locale: Locale, zone: string): string =>
  new Intl.DateTimeFormat(TAGS[locale], {
    dateStyle: 'full',
    timeStyle: 'short',
    timeZone: zone,
  }).format(new Date(instant));

/** What mail programs turn into a link: `a://b`, `www.`, `name.example`, `a@b`. */
const LIKE_A_LINK = /:\/\/|[/\\@<>]|www\.|\p{L}\.\p{L}{2,}/iu;

/**
 * A name to greet somebody by. Whoever registers writes it themselves and may name another's address: a
 * stranger must not get our mail with somebody else's link in it.
 */
export const greetable = (name: string): string | null => (LIKE_A_LINK.test(name) ? null : name);
