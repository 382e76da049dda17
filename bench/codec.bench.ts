import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { parseEncryptionKeys, type EncryptionKey } from '../infra/encryption-keys';
import { EncryptionCodec } from '../temporal/codec/encryption-codec';
import { startBenchStack, type BenchStack } from './bench-stack';
import { median, report, sample } from './measure';
import { runBench } from './run-bench';

const rounds = Number(process.env['ROUNDS'] || 5);
const seconds = Number(process.env['SECONDS'] || 5);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const key = `bench:${randomBytes(32).toString('base64')}`;
const { Payload: PayloadMessage } = temporal.api.common.v1;

/** Microseconds of one call, the median of the rounds. */
async function cost(call: () => unknown): Promise<number> {
  const perCall: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    let calls = 0;
    const began = performance.now();
    while (performance.now() - began < 300) {
      for (let i = 0; i < 20; i += 1) await call();
      calls += 20;
    }
    // The first one warms up.
    if (round > 0) perCall.push(((performance.now() - began) / calls) * 1000);
  }
  return median(perCall);
}

const bytesOf = (payload: Payload): number => PayloadMessage.encode(payload).finish().length;

/** What one payload costs, beside the JSON that it is made of and made into. */
async function perPayload(length: number): Promise<string> {
  const codec = new EncryptionCodec(parseEncryptionKeys(key) as EncryptionKey[]);
  const value = { events: 'x'.repeat(length) };
  const plain = defaultPayloadConverter.toPayload(value);
  const [sealed] = (await codec.encode([plain])) as [Payload];
  const json = [
    await cost(() => defaultPayloadConverter.toPayload(value)),
    await cost(() => defaultPayloadConverter.fromPayload(plain)),
  ];
  const codes = [await cost(() => codec.encode([plain])), await cost(() => codec.decode([sealed]))];
  const list = (values: number[]): string => values.map((us) => us.toFixed(us < 100 ? 1 : 0)).join(' and ');
  const growth = (bytesOf(sealed) / bytesOf(plain)).toFixed(2);
  return `| ${bytesOf(plain)} | ${list(codes)} µs | ${list(json)} µs | ${bytesOf(sealed)} (${growth}×) |`;
}

/** One caller's command over HTTP, on a stack that encrypts and on one that does not, in turns. */
async function oneCaller(off: BenchStack, on: BenchStack): Promise<string> {
  let counter = 0;
  const p50 = async (stack: BenchStack): Promise<number> => {
    const set = () => stack.command('one', 'SetFlag', { key: `flag-${(counter += 1) % 20}`, value: `${counter}` });
    return median((await sample(1, seconds, set)).latencies);
  };
  for (const stack of [off, on]) await stack.makeAgent('one', 60);
  const [plain, encrypted]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    // Neither is always the first one.
    const order = round % 2 === 0 ? ([off, on] as const) : ([on, off] as const);
    for (const stack of order) (stack === on ? encrypted : plain).push(await p50(stack));
  }
  return report('one caller over HTTP, p50', 'ms', encrypted, plain, '');
}

async function main(): Promise<void> {
  say('| payload, bytes | to encrypt and to decrypt | its JSON, to and from | stored, bytes |');
  say('|---|---|---|---|');
  for (const length of [200, 2_000, 20_000, 200_000]) say(await perPayload(length));
  await using off = await startBenchStack();
  await using on = await startBenchStack(key);
  say(`\n| what (${rounds} rounds of ${seconds} s, in turns) | encrypted | not encrypted | ratio | aim |`);
  say('|---|---|---|---|---|');
  say(await oneCaller(off, on));
}

runBench(main);
