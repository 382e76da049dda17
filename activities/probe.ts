import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Static } from '@sinclair/typebox';
import type { askedProbe } from '../actors/devops/probes';
import { containerEngine } from '../infra/containers';
import { ActionError } from './actions/action';
import { diskSpaceOf } from './disk-space';
import { queryPrometheus, withoutNaN, type Sample } from './prometheus';
import { certificateOf, daysLeftOf, faultOf } from './tls-certificate';

/** What can be asked. */
export type Probe = Static<typeof askedProbe>;

/** What this worker can ask. `containers`: address of the engine's Docker API, where there is one. */
export interface ProbeMeans {
  containers?: string;
}

export type ProbeResult = { ok: true } | { ok: false; error: string };

/**
 * Asks a target once whether it is well. Never throws: what goes wrong is the answer.
 * @param timeoutSeconds after which it counts as failed
 */
export async function probeOnce(
  probe: Probe,
  timeoutSeconds: number,
  signal: AbortSignal,
  means: ProbeMeans = {},
): Promise<ProbeResult> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]);
  try {
    switch (probe.type) {
      case 'http':
        return await probeHttp(probe, limit);
      case 'tcp':
        return await probeTcp(probe, limit);
      case 'process':
        return await probeProcess(probe);
      case 'tls':
        return await probeTls(probe, limit);
      case 'disk':
        return await probeDisk(probe);
      case 'prometheus':
        return judged(withoutNaN(await queryPrometheus(probe, probe.query, limit)), probe);
      case 'container':
        return await probeContainer(probe, timeoutSeconds, limit, means);
    }
  } catch (error) {
    return { ok: false, error: limit.aborted ? `no answer within ${timeoutSeconds} s` : reason(error) };
  }
}

async function probeHttp(probe: Extract<Probe, { type: 'http' }>, signal: AbortSignal): Promise<ProbeResult> {
  const response = await fetch(probe.url, { method: probe.method, redirect: 'manual', signal });
  await response.body?.cancel();
  const expected = probe.expect_status;
  const ok = expected.length > 0 ? expected.includes(response.status) : response.ok;
  return ok ? { ok } : { ok, error: `answered ${response.status}` };
}

function probeTcp({ host, port }: Extract<Probe, { type: 'tcp' }>, signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve({ ok: true });
    });
    socket.once('error', reject);
  });
}

async function probeProcess({ pid_file }: Extract<Probe, { type: 'process' }>): Promise<ProbeResult> {
  const pid = Number((await readFile(pid_file, 'utf8')).trim());
  if (!Number.isInteger(pid) || pid <= 0) return { ok: false, error: 'the pid file holds no process id' };
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Not ours to signal, but there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return { ok: false, error: `no process ${pid}` };
  }
  return (await isZombie(pid)) ? { ok: false, error: `process ${pid} is a zombie` } : { ok: true };
}

async function probeTls(probe: Extract<Probe, { type: 'tls' }>, signal: AbortSignal): Promise<ProbeResult> {
  const { certificate, untrusted } = await certificateOf(probe, signal);
  return told(faultOf(certificate, daysLeftOf(certificate), probe.min_days) ?? untrusted);
}

async function probeDisk({ path, max_percent }: Extract<Probe, { type: 'disk' }>): Promise<ProbeResult> {
  const { percent } = await diskSpaceOf(path);
  return told(percent > max_percent ? `${percent} % is used, more than ${max_percent} %` : null);
}

/** Every series is held to the threshold; the error names the worst of those that break it. */
export function judged(samples: Sample[], probe: Extract<Probe, { type: 'prometheus' }>): ProbeResult {
  const { fails, threshold, absent } = probe;
  if (samples.length === 0) return told(absent === 'fails' ? 'the query yields nothing' : null);
  const sign = fails === 'above' ? 1 : -1;
  const broken = samples.filter(({ value }) => (value - threshold) * sign > 0);
  const [worst] = broken.sort((a, b) => (b.value - a.value) * sign);
  if (!worst) return told(null);
  const labels = Object.entries(worst.labels).map(([label, value]) => `${label}="${value}"`);
  const series = `{${labels.join(', ')}} is ${worst.value}, ${fails} ${threshold}`;
  return told((broken.length === 1 ? series : `${broken.length} series, ${series}`).slice(0, 500));
}

async function probeContainer(
  { container }: Extract<Probe, { type: 'container' }>,
  timeoutSeconds: number,
  signal: AbortSignal,
  { containers }: ProbeMeans,
): Promise<ProbeResult> {
  if (containers === undefined) return told('this worker has no container engine');
  const engine = containerEngine(containers, timeoutSeconds * 1000);
  const { State } = await engine.getContainer(container).inspect({ abortSignal: signal });
  if (!State.Running) return told(`it is ${State.Status}, exit code ${State.ExitCode}`);
  return told(State.Health?.Status === 'unhealthy' ? 'its health check fails' : null);
}

function told(error: string | null): ProbeResult {
  return error === null ? { ok: true } : { ok: false, error };
}

/** Linux says so in /proc; elsewhere a process that can be signalled counts as alive. */
async function isZombie(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

function reason(error: unknown): string {
  if (error instanceof ActionError) return error.message.slice(0, 500);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = cause as { code?: string; message?: string };
  return (code ?? message ?? String(cause)).slice(0, 500);
}
