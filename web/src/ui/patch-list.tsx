import { valueAt } from '../../../actors/core/json-pointer';

export interface PatchStep {
  op: string;
  path: string;
  value?: unknown;
  [other: string]: unknown;
}

const words: Record<string, [sign: string, word: string, tone: string]> = {
  add: ['+', 'added', 'text-ok'],
  remove: ['−', 'removed', 'text-bad'],
  replace: ['~', 'changed', 'text-warn'],
};

/** What a JSON Patch changes, a line for each place. @param before what it is applied to: shows what stood there */
export function PatchList({ patch, before, label }: { patch: readonly PatchStep[]; before?: unknown; label: string }) {
  if (patch.length === 0) return <p className="text-muted">No difference.</p>;
  return (
    <div tabIndex={0} role="region" aria-label={label} className="relative max-h-96 overflow-auto rounded-md bg-sunken">
      <table className="w-full text-left font-mono text-xs">
        <thead className="sr-only">
          <tr>
            <th scope="col">What</th>
            <th scope="col">Where</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {patch.map((step) => {
            const [sign, word, tone] = words[step.op] ?? ['·', step.op, 'text-muted'];
            const old = step.op === 'add' ? undefined : valueAt(before, step.path)[0];
            return (
              <tr key={`${step.op} ${step.path}`} className="border-b border-line align-top last:border-0">
                <td className={`w-6 px-2 py-1 font-semibold ${tone}`}>
                  <span aria-hidden>{sign}</span>
                  <span className="sr-only">{word}</span>
                </td>
                <td className="min-w-28 px-2 py-1 break-words">{step.path || '/'}</td>
                <td className="px-2 py-1 break-words whitespace-pre-wrap text-muted">{shown(old)}</td>
                <td className="px-2 py-1 break-words whitespace-pre-wrap">{shown(step.value)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function shown(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
}
