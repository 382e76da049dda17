import { startBenchStack, type BenchStack } from './bench-stack';
import { ask, costOfRest, medianOf, shares, total, type Asked } from './command-cost';
import { median } from './measure';
import { runBench } from './run-bench';

/**
 * What a command costs as agents grow in number, and as one agent's history grows. `npm run bench:growth -- agents` or
 * `-- histories` measures just these. Sizes and lengths may be others: `AGENTS=10,200 EVENTS=100,1000 COMMANDS=100 ROUNDS=2`.
 */
const list = (text: string): number[] => text.split(',').map(Number);
const sizes = list(process.env['AGENTS'] || '10,100,1000,10000');
const lengths = list(process.env['EVENTS'] || '100,1000,10000,100000');
const rounds = Number(process.env['ROUNDS'] || 3);
const commands = Number(process.env['COMMANDS'] || 400);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The shortest that the API allows, seconds. */
const checkpointInterval = 10;
const makersAtOnce = 16;
const batch = 256;
const restSeconds = 10;
const payload = 'x'.repeat(80);
let counter = 0;

/** A change of one of 20 flags, about 100 bytes. */
const flag = (): object => ({ key: `flag-${(counter += 1) % 20}`, value: `${counter}${payload}` });

/** The processes have nothing left to do: what they use has not fallen for some seconds. */
async function atRest(stack: BenchStack): Promise<void> {
  let before = Infinity;
  for (let tries = 0; tries < 60; tries += 1) {
    const now = total(await costOfRest(stack, 5));
    if (now > before * 0.9 && now < 300) return;
    before = now;
  }
  throw new Error('the stack does not come to rest');
}

async function makeAgents(stack: BenchStack, from: number, to: number): Promise<void> {
  let next = from;
  const loop = async (): Promise<void> => {
    while (next < to) await stack.makeAgent(`grown-${next++}`, checkpointInterval);
  };
  await Promise.all(Array.from({ length: makersAtOnce }, loop));
}

/** Each caller has agents of its own and takes them in turn, so that nothing is grouped, at any size. */
function spread(stack: BenchStack, callers: number, active: number): (caller: number) => Promise<void> {
  const turns = Array.from({ length: callers }, () => 0);
  return (caller) => {
    const turn = turns[caller] ?? 0;
    turns[caller] = turn + 1;
    const own = Math.floor((active - 1 - caller) / callers) + 1;
    return stack.command(`grown-${caller + (turn % own) * callers}`, 'SetFlag', flag());
  };
}

function row(what: string, asked: readonly Asked[], base: readonly Asked[]): string {
  const rates = asked.map(({ perSecond }) => perSecond.toFixed(0)).join(', ');
  const ms = (of: 'during' | 'inAll'): string => `${medianOf(asked, (a) => total(a[of])).toFixed(1)} ms`;
  const against = (of: 'during' | 'inAll'): string => {
    const ratios = asked.map((a, i) => total(a[of]) / total((base[i] ?? a)[of]));
    return `${median(ratios).toFixed(2)}×`;
  };
  const figures = [`${rates} commands/s`, `${medianOf(asked, (a) => a.p50).toFixed(1)} ms`];
  return `| ${[what, ...figures, ms('during'), against('during'), ms('inAll'), against('inAll')].join(' | ')} | 0.85 to 1.15× |`;
}

function head(what: string, base: string): void {
  const columns = [what, 'commands sent', 'p50', 'CPU per command', `to ${base}`];
  say(`| ${[...columns, 'with all that follows', `to ${base}`, 'aim'].join(' | ')} |`);
  say('|---|---|---|---|---|---|---|---|');
}

async function growAgents(stack: BenchStack): Promise<void> {
  const [least = 1] = sizes;
  const callers = Math.min(10, least);
  const order = { callers, commands, checkpointInterval };
  const details: string[] = [];
  let made = 0;
  head('agents', `${least} of them`);
  for (const size of sizes) {
    await makeAgents(stack, made, size);
    made = size;
    await atRest(stack);
    const rest = await costOfRest(stack, restSeconds);
    const actives = [...new Set([least, size])];
    const calls = new Map(actives.map((active) => [active, spread(stack, callers, active)] as const));
    const found = new Map<number, Asked[]>(actives.map((active) => [active, []]));
    // Not counted: code gets warm, and the agents are where they would be.
    if (size === least) await ask(stack, order, rest, spread(stack, callers, size));
    for (let round = 0; round < rounds; round += 1) {
      for (const [active, call] of calls) found.get(active)?.push(await ask(stack, order, rest, call));
    }
    for (const [active, asked] of found) {
      const what = active === size ? `${size}` : `${size}, commands to ${active} of them`;
      say(row(what, asked, found.get(least) ?? []));
      details.push(`${what}: ${shares(asked, 'during')}; in all ${shares(asked, 'inAll')}`);
    }
    details.push(`${size} at rest: ${total(rest).toFixed(0)} ms of a core each second`);
  }
  say(`CPU per command, ms:\n${details.map((line) => `- ${line}`).join('\n')}`);
}

/** Whole batches: an Update takes 256 commands as it takes one. */
async function growHistory(stack: BenchStack, id: string, length: number): Promise<void> {
  await stack.makeAgent(id, checkpointInterval);
  for (let sequence = 1; sequence < length;) {
    const many = Array.from({ length: Math.min(batch, length - sequence) }, (_, i) => i);
    const envelopes = many.map((i) => ({
      id: `${id}-${sequence + i}`,
      type: 'SetFlag',
      data: flag(),
      principal: 'bench',
    }));
    const results = await stack.agents.send(id, envelopes);
    const refused = results.find(({ status }) => status === 'rejected');
    if (refused) throw new Error(`${id}: ${JSON.stringify(refused)}`);
    sequence += many.length;
  }
}

async function growHistories(stack: BenchStack): Promise<void> {
  const [least = 1] = lengths;
  for (const length of lengths) await growHistory(stack, `long-${length}`, length);
  await atRest(stack);
  const rest = await costOfRest(stack, restSeconds);
  const order = { callers: 1, commands, checkpointInterval };
  const call = (length: number) => () => stack.command(`long-${length}`, 'SetFlag', flag());
  await ask(stack, order, rest, call(least));
  const found = new Map<number, Asked[]>(lengths.map((length) => [length, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const length of lengths) found.get(length)?.push(await ask(stack, order, rest, call(length)));
  }
  head('events of the agent', `${least}`);
  for (const [length, asked] of found) say(row(`${length}`, asked, found.get(least) ?? []));
  const details = [...found].map(
    ([length, asked]) => `- ${length}: ${shares(asked, 'during')}; in all ${shares(asked, 'inAll')}`,
  );
  say(`CPU per command, ms:\n${details.join('\n')}`);
}

const parts = { agents: growAgents, histories: growHistories };
const wanted = process.argv.slice(2);

async function main(): Promise<void> {
  say(`${rounds} rounds by turns, ${commands} commands over HTTP each`);
  for (const [name, part] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await using stack = await startBenchStack();
    await part(stack);
  }
}

runBench(main);
