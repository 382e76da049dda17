import { ArrowDown, ArrowUp, ArrowDownToLine, Download } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { Button, IconButton } from '../../ui/button';
import { Input, Select } from '../../ui/field';
import { Panel } from '../../ui/panel';
import { saveFile } from '../../ui/save-file';
import { Empty, Loading, Problem } from '../../ui/states';
import { asText, matchesOf } from './log-book';
import { LogLines } from './log-lines';
import { useRun } from './run-page';
import { useRunLogs } from './use-run-logs';

/** What the steps print, as they print it. */
export function Component() {
  const { run } = useRun();
  const { lines: all, error, read } = useRunLogs(run.id);
  const [params, setParams] = useSearchParams();
  const [text, setText] = useState('');
  const [place, setPlace] = useState(0);
  const [follows, setFollows] = useState(true);
  const step = params.get('step') ?? '';
  const lines = useMemo(() => (step === '' ? all : all.filter(({ path }) => path === step)), [all, step]);
  const steps = useMemo(() => [...new Set(all.map(({ path }) => path))], [all]);
  const matches = useMemo(() => matchesOf(lines, text), [lines, text]);
  const current = matches[Math.min(place, matches.length - 1)] ?? null;
  const move = (by: number): void => {
    setFollows(false);
    setPlace((matches.length + Math.min(place, matches.length - 1) + by) % Math.max(1, matches.length));
  };
  const search = (
    <div className="flex flex-wrap items-center gap-1">
      <Select
        aria-label="Step"
        className="w-36!"
        value={step}
        onChange={({ target }) => setParams(target.value === '' ? {} : { step: target.value }, { replace: true })}
      >
        <option value="">all steps</option>
        {(step === '' || steps.includes(step) ? steps : [step, ...steps]).map((path) => (
          <option key={path}>{path}</option>
        ))}
      </Select>
      <Input
        type="search"
        aria-label="Find in the log"
        placeholder="Find"
        className="w-36!"
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setPlace(0);
          setFollows(target.value === '');
        }}
        onKeyDown={({ key, shiftKey }) => key === 'Enter' && move(shiftKey ? -1 : 1)}
      />
      {text !== '' && (
        <>
          <span role="status" className="min-w-14 text-center text-xs text-muted tabular-nums">
            {matches.length === 0 ? 'none' : `${Math.min(place, matches.length - 1) + 1} of ${matches.length}`}
          </span>
          <IconButton name="Match before" disabled={matches.length === 0} onClick={() => move(-1)}>
            <ArrowUp aria-hidden className="size-4" />
          </IconButton>
          <IconButton name="Next match" disabled={matches.length === 0} onClick={() => move(1)}>
            <ArrowDown aria-hidden className="size-4" />
          </IconButton>
        </>
      )}
      <Button
        look="quiet"
        disabled={lines.length === 0}
        onClick={() => saveFile(`${run.id}.log`, new Blob([asText(lines)], { type: 'text/plain' }))}
      >
        <Download aria-hidden className="size-4" /> Download
      </Button>
    </div>
  );
  return (
    <Panel flush title={`Log${lines.length > 0 ? ` · ${lines.length.toLocaleString()} lines` : ''}`} actions={search}>
      {error !== null && (
        <div className="p-4">
          <Problem error={error} />
        </div>
      )}
      {lines.length > 0 ? (
        <div className="relative">
          <LogLines
            lines={lines}
            text={text}
            current={current}
            follows={follows}
            onFollows={setFollows}
            withSteps={step === ''}
          />
          {!follows && (
            <Button className="absolute right-4 bottom-4 shadow-lg" onClick={() => setFollows(true)}>
              <ArrowDownToLine aria-hidden className="size-4" /> Follow the end
            </Button>
          )}
        </div>
      ) : read || error !== null ? (
        <Empty title={step === '' ? 'Nothing was printed' : `${step} has printed nothing`}>
          {run.phase === 'ended' ? '' : 'Lines show up here as steps print them.'}
        </Empty>
      ) : (
        <Loading rows={8} />
      )}
    </Panel>
  );
}
