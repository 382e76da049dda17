/** A log of a busy service with three anomalies in it: a line such as none before, a burst of a usual one, and one that a pattern asks for. */
export const anomalies = {
  pattern: 'checksum (mismatch|failure) in segment \\d+',
  fresh: 'FATAL deadlock',
  burst: 'WARN slow query',
};

const names = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy'];
const words = ['orders', 'users', 'stock', 'prices', 'search', 'mail', 'audit', 'login'];
const kinds: ((pick: (of: number) => number) => string)[] = [
  (pick) => `INFO request GET /api/v1/${words[pick(8)]}/${pick(1e6)} status=200 in ${pick(90)} ms`,
  (pick) => `INFO request POST /api/v1/${words[pick(8)]} status=201 in ${pick(90)} ms user=${names[pick(10)]}`,
  (pick) =>
    `INFO user ${names[pick(10)]} logged in from 10.0.${pick(250)}.${pick(250)} with session ${pick(1e9).toString(16)}1`,
  (pick) => `DEBUG cache hit for key ${words[pick(8)]}:${pick(1e6)} in shard ${pick(16)}`,
  (pick) => `DEBUG cache miss for key ${words[pick(8)]}:${pick(1e6)} in shard ${pick(16)} loaded in ${pick(50)} ms`,
  (pick) => `INFO job ${words[pick(8)]}-sync finished after ${pick(5000)} ms with ${pick(1000)} rows`,
  (pick) => `INFO connection ${pick(1e6)} of pool ${words[pick(8)]} was given back after ${pick(900)} ms`,
  (pick) => `WARN slow query on table ${words[pick(8)]} took ${1000 + pick(5000)} ms for user ${names[pick(10)]}`,
  (pick) => `ERROR upstream ${words[pick(8)]} answered 503 on try ${pick(3)} of 3, giving up request ${pick(1e6)}`,
];
/** How often each comes, in ten thousand. */
const shares = [4000, 1500, 800, 1500, 700, 500, 900, 70, 30];
/** The log in chunks of a second each, the same for the same numbers. */
export function* logLines(lines: number, perSecond = 10_000): Generator<Buffer> {
  let state = 42;
  const pick = (of: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * of);
  };
  const table = shares.flatMap((share, kind) => Array.from({ length: share }, () => kind));
  const start = Date.parse('2026-11-25T00:00:00Z');
  const seconds = Math.ceil(lines / perSecond);
  const at = (share: number): number => Math.floor(seconds * share);
  for (let second = 0; second < seconds; second += 1) {
    const time = new Date(start + second * 1000).toISOString();
    const out: string[] = [];
    const now = Math.min(lines - second * perSecond, perSecond);
    for (let n = 0; n < now; n += 1) out.push(`${time} ${kinds[table[pick(10_000)] as number]?.(pick)}`);
    if (second === at(0.4))
      out[5] = `${time} FATAL deadlock between writer ${pick(99)} and compactor, restarting engine`;
    if (second === at(0.6)) out[7] = `${time} INFO checksum mismatch in segment ${pick(999)} of volume data`;
    if (second === at(0.8)) for (let n = 0; n < now; n += 2) out[n] = `${time} ${kinds[7]?.(pick)}`;
    yield Buffer.from(`${out.join('\n')}\n`);
  }
}
