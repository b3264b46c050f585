import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PASSWORD, registered, staffed } from '../support/people.ts';
import { running } from '../support/running.ts';
import { chanceOf } from './chance.ts';
import { malformedOf, type Malformed } from './malformed.ts';
import { CANARY } from './malformed-pieces.ts';
import { isLong, seed } from './seeded.ts';
import { openSender, type Heard } from './sending.ts';

const COUNT = isLong ? 100_000 : 3_000;
/** Requests after which caches are as full as they become. */
const WARM_UP = 20_000;
const AT_ONCE = 8;
const MOST_GROWTH = 32 * 2 ** 20;

/** Bytes in use once what nobody needs is gone; what the process took from the system lags behind. */
const bytesInUse = (): number => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/** What an answer may not show: where the program stands, or what was sent. */
const faultOf = ({ status, text }: Heard): string | undefined => {
  if (status >= 500) return `status ${status}`;
  if (/\n\s+at |node_modules|\.[jt]s:\d+/.test(refusals(text))) return 'a stack';
  if (refusals(text).includes(CANARY)) return 'a value that was sent';
  return undefined;
};

/** An answer's data may well hold what was sent, where it was stored; anything else may not. */
const refusals = (text: string): string => {
  try {
    const { data: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
    return JSON.stringify(rest).replaceAll('\\n', '\n');
  } catch {
    return text;
  }
};

const shown = ({ body, raw, ...sent }: Malformed): unknown => ({
  ...sent,
  sent: (raw ?? body)?.toString('utf8').slice(0, 600),
});

test(`${COUNT} malformed requests: no 5xx, no stack, nothing that was sent comes back (seed ${seed})`, async () => {
  const house = await running();
  const maison = await staffed(house);
  const invitation = await maison.invite();
  const ada = await registered(house, maison, invitation, {
    fullName: 'Ada Exemple',
    email: 'ada@example.org',
  });
  const uploads = [];
  for (let n = 0; n < 5; n += 1) {
    const { url } = await ada.client.do('requestUpload');
    uploads.push(new URL(url ?? '').pathname.split('/').at(-1) ?? '');
  }
  const { identity } = house.server.house;
  const signIn = async (): Promise<string> => {
    const credentials = { organisation: 'maison', email: 'olu@maison.example', password: PASSWORD };
    return (await identity.signIn(credentials)).accessToken;
  };
  const known = { token: await signIn(), uploads, ids: [ada.candidateId, maison.ids.olu] };
  const next = malformedOf(chanceOf(seed), known);
  const { send, close } = openSender(house.server.url);

  const faults: unknown[] = [];
  const statuses = new Map<number, number>();
  const kinds = new Set<string>();
  let sent = 0;
  const some = async (until: number): Promise<void> => {
    while (sent < until && faults.length < 5) {
      const malformed = next();
      sent += 1;
      const heard = await send(malformed);
      const fault = faultOf(heard);
      kinds.add(malformed.kind);
      statuses.set(heard.status, (statuses.get(heard.status) ?? 0) + 1);
      if (fault !== undefined)
        faults.push({ fault, request: shown(malformed), answer: heard.text.slice(0, 600) });
    }
  };
  const until = (count: number) => Promise.all(Array.from({ length: AT_ONCE }, () => some(count)));

  if (isLong) {
    await until(WARM_UP);
    const before = bytesInUse();
    await until(COUNT);
    expect(bytesInUse() - before).toBeLessThan(MOST_GROWTH);
  } else await until(COUNT);

  expect(faults).toEqual([]);
  expect(sent).toBe(COUNT);
  // Each kind arrived, was understood as far as it went, and was refused where it is refused.
  expect(kinds.size).toBe(9);
  for (const status of [200, 400, 404]) expect(statuses.get(status)).toBeGreaterThan(COUNT / 100);
  const { status } = await fetch(`${house.server.url}/health/ready`);
  expect(status).toBe(200);
  close();
  await house.end();
}, 3_600_000);
