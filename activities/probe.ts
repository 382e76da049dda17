import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Probe } from '../actors/devops/config';

export type ProbeResult = { ok: true } | { ok: false; error: string };

/**
 * Asks a target once whether it is well. Never throws: what goes wrong is the answer.
 * @param timeoutSeconds after which it counts as failed
 */
export async function probeOnce(probe: Probe, timeoutSeconds: number, signal: AbortSignal): Promise<ProbeResult> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]);
  try {
    switch (probe.type) {
      case 'http':
        return await probeHttp(probe, limit);
      case 'tcp':
        return await probeTcp(probe, limit);
      case 'process':
        return await probeProcess(probe);
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
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = cause as { code?: string; message?: string };
  return (code ?? message ?? String(cause)).slice(0, 500);
}
