import { UnusableEventStore } from './unusable.ts';

/** What may stand behind the question mark, as the client spells it. */
const OPTIONS = [
  'tls',
  'tlsCAFile',
  'userCertFile',
  'userKeyFile',
  'connectionName',
  'defaultDeadline',
  'keepAliveInterval',
  'keepAliveTimeout',
  'discoveryInterval',
  'gossipTimeout',
  'maxDiscoverAttempts',
] as const;

const FORM = /^esdb(?:\+discover)?:\/\/(?:([^@]*)@)?([^@/?]+)\/?(?:\?(.*))?$/s;
const HOST = /^(?:[^\s:[\]]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** The client compares names without case, hyphens and underscores. */
const flat = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

/**
 * Checks the address of an event store before the client sees it: the client prints the whole address,
 * password included, where it does not know an option, and cuts a password at a colon. No message here
 * repeats a part of the address.
 *
 * @returns the address, ready for the client
 * @throws UnusableEventStore with what to write instead
 */
export function checkAddress(address: string): string {
  const [, user, hosts, options] = FORM.exec(address.trim()) ?? [];
  if (hosts === undefined || !hosts.split(',').every((host) => HOST.test(host))) {
    throw new UnusableEventStore(
      'The address of the event store cannot be read: write it as esdb://user:password@host:2113, for a cluster as esdb+discover://user:password@host:2113, and for a server without TLS as esdb://host:2113?tls=false.',
    );
  }
  if (user !== undefined) checkUser(user);
  checkOptions(options ?? '');
  return address.trim();
}

function checkUser(user: string): void {
  const parts = user.split(':');
  if (parts.length !== 2 || parts.includes('') || !parts.every(isPercentEncoded)) {
    throw new UnusableEventStore(
      'The user and the password in the address of the event store cannot be read: write them as user:password@, with every character but letters and digits percent-encoded.',
    );
  }
}

function isPercentEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== '';
  } catch {
    return false;
  }
}

function checkOptions(text: string): void {
  const options = text === '' ? [] : text.split('&');
  for (const option of options) {
    const [name, value, ...more] = option.split('=');
    const known = OPTIONS.find((one) => flat(one) === flat(name!));
    if (known === undefined || !value || more.length > 0 || !isPercentEncoded(value)) {
      throw new UnusableEventStore(
        `An option in the address of the event store cannot be used: write each as name=value, with one of the names ${OPTIONS.join(', ')}.`,
      );
    }
    const isFlag = known === 'tls';
    const isText = isFlag || /File$|Name$/.test(known);
    if (isFlag ? !/^(?:true|false)$/.test(value) : !isText && !/^[1-9]\d{0,8}$/.test(value)) {
      throw new UnusableEventStore(
        `The option ${known} in the address of the event store cannot be used: give it ${isFlag ? 'true or false' : 'a whole number from 1 on'}.`,
      );
    }
  }
}
