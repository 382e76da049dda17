/** What no verdict can show: said wherever verdicts are read. As docs/evidence.md has it. */
const limits: readonly string[] = [
  'A server that was taken over can record what is false before it is signed. Checkpoints bound how far back that reaches.',
  'Whoever holds the signing key can sign anything; against that person only copies outside (anchors) count.',
  'A principal is who Ymera took somebody for: a stolen password or key acts under its owner’s name.',
  'Times are those of the installation’s clock; only an anchor elsewhere says by when something was there.',
  'These verdicts were given by the installation itself. Export the evidence and check it elsewhere, with a key known by another way.',
];

export function Limits() {
  return (
    <ul className="flex list-disc flex-col gap-1 pl-5 text-sm text-muted">
      {limits.map((limit) => (
        <li key={limit}>{limit}</li>
      ))}
    </ul>
  );
}

/** How a bundle is checked on another machine. */
export function OfflineCheck({ file = 'evidence.zip' }: { file?: string }) {
  return (
    <div className="flex flex-col gap-2 text-sm">
      <pre
        tabIndex={0}
        role="region"
        aria-label="Commands to check a bundle"
        className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs leading-5"
      >
        {`npx ymera-verify ${file} --key keys.json`}
      </pre>
      <p className="text-muted">
        It needs no network and no Ymera, only Node.js 20 (
        <code className="font-mono text-xs">dist/ymera-verify.js</code> is one file). Take{' '}
        <code className="font-mono text-xs">keys.json</code> once, keep it, and compare the first key’s id with what the
        owner of the installation tells you by another way. It ends with 0 where nothing speaks against the bundle, with
        1 and the name of the first bad record where something does.
      </p>
    </div>
  );
}
