import Docker from 'dockerode';

/** How long the engine may take for one answer; stopping a container and pulling an image may take longer, and say so. */
const answerWithinMs = 30_000;

/**
 * A client of a container engine over the Docker API: Docker's own, or Podman's (`podman system service`).
 * @param address `unix:///run/podman/podman.sock`, or `http://127.0.0.1:2375`
 */
export function containerEngine(address: string, timeoutMs = answerWithinMs): Docker {
  if (address.startsWith('unix://')) {
    return new Docker({ socketPath: address.slice('unix://'.length), timeout: timeoutMs });
  }
  const { protocol, hostname, port } = new URL(address);
  return new Docker({
    protocol: protocol === 'https:' ? 'https' : 'http',
    host: hostname,
    port: port === '' ? 2375 : Number(port),
    timeout: timeoutMs,
  });
}
