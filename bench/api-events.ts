import { createHash } from 'node:crypto';
import { formatInstant, type Micros } from '../src/core/micros.ts';
import type { TestDraft } from '../src/store/test-log.fixture.ts';

/** Numbers that look random and are the same in every run (mulberry32). */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const services = ['kms', 'secrets', 'vpc', 'dbaas', 'kubernetes', 'objectstorage', 'iam', 'dns'];
const verbs = ['create', 'update', 'delete', 'read', 'list', 'attach', 'detach', 'rotate'];
const agents = [
  'tcloud/0.28.1 (linux/amd64)',
  'terraform-provider-thalassa/1.4.2 Terraform/1.9.5',
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
];

/** Words of which each is in one of 10,007 descriptions. There are enough to ask for one that was not asked for yet. */
export const rareWords = [
  ...[
    'zebrafish',
    'aardvark',
    'axolotl',
    'barracuda',
    'bumblebee',
    'capybara',
    'chinchilla',
    'cockatoo',
  ],
  ...['dragonfly', 'echidna', 'firefly', 'flamingo', 'gazelle', 'hedgehog', 'hummingbird', 'ibex'],
  ...[
    'jackdaw',
    'kingfisher',
    'kookaburra',
    'lemming',
    'lobster',
    'meerkat',
    'mongoose',
    'narwhal',
  ],
  ...[
    'nightingale',
    'ocelot',
    'octopus',
    'orangutan',
    'pangolin',
    'peacock',
    'pelican',
    'platypus',
  ],
] as const;
const rareEvery = 10_007;

export const actions = services.flatMap((service) => verbs.map((verb) => `${service}.${verb}`));

/** One call of an API as an application would record it: about 800 bytes as an event. */
export function apiEvent(number: number, createdAt: Micros): TestDraft {
  const pick = numbers(number);
  const service = services[pick(services.length)]!;
  const verb = verbs[pick(verbs.length)]!;
  const user = Math.floor(pick(100) ** 2 / 50);
  const resource = id(service, Math.floor(pick(300) ** 2 / 30));
  const status = pick(20) === 0 ? 403 : pick(50) === 0 ? 500 : 200;
  const rare = rareWords[number % rareEvery];
  return {
    eventID: uuid(`event ${number}`),
    createdAt,
    action: `${service}.${verb}`,
    description: `User u${user} asked ${service} to ${verb} ${resource}${rare === undefined ? '' : ` ${rare}`}`,
    resourceType: service,
    resourceIdentity: resource,
    userIdentity: id('user', user),
    user: { subject: id('user', user), name: `User ${user}`, email: `u${user}@example.com` },
    outcome: status < 400 ? 'success' : 'failure',
    sessionId: uuid(`session ${user} ${Math.floor(number / 2_000)}`),
    traceId: hex(`trace ${number}`, 32),
    context: {
      client_ip: `192.0.2.${pick(250)}`,
      user_agent: agents[pick(agents.length)]!,
      method: verb === 'read' || verb === 'list' ? 'GET' : 'POST',
      path: `/v1/${service}/${resource}`,
      status,
      duration: pick(90_000) / 1_000,
      headers: { accept: 'application/json', date: formatInstant(createdAt) },
      ...(number % 40 === 0 && { system_service: 'scheduler' }),
    },
  };
}

/** The identity of a user, a resource and the like, by its number. */
export function id(kind: string, number: number): string {
  return `${kind}-${hex(`${kind} ${number}`, 20)}`;
}

function hex(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

function uuid(text: string): string {
  const digits = hex(text, 32);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-7${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20)}`;
}
