import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { Button } from '../../ui/button';
import { Loaded } from '../../ui/states';
import { RunbookEditor } from './runbook-editor';
import { runbookQuery } from './runbook-queries';

/** The text of the newest version, or of the one that the address names, to read and to change. */
export function Component() {
  const { name = '' } = useParams();
  const [params, setParams] = useSearchParams();
  const version = Number(params.get('version')) || null;
  const newest = useQuery(runbookQuery(name, null));
  const shown = useQuery(runbookQuery(name, version));
  return (
    <Loaded query={newest} rows={10}>
      {({ version: last }) => (
        <Loaded query={shown} rows={10}>
          {({ source, version: opened }) => (
            <>
              {opened !== last && (
                <p className="flex flex-wrap items-center gap-2 rounded-md bg-info-soft px-3 py-2 text-info">
                  This is version {opened}; the newest is {last}. To go back to it, save it again.
                  <Button onClick={() => setParams({})}>Show the newest</Button>
                </p>
              )}
              <Opened key={`${name} ${version ?? 'newest'}`} name={name} source={source} newest={last} />
            </>
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

/** Stays as it was opened while somebody types, whatever others save meanwhile. */
function Opened(now: { name: string; source: string; newest: number }) {
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const [opened, setOpened] = useState(now);
  const { refetch } = useQuery(runbookQuery(now.name, null));
  const showNewest = async (): Promise<void> => {
    // Before the answer: who goes on to another page meanwhile is not brought back.
    if (params.has('version')) setParams({});
    const { data } = await refetch();
    if (data) setOpened({ name: data.name, source: data.source, newest: data.version });
  };
  return (
    <RunbookEditor
      key={`${opened.name} ${opened.newest}`}
      {...opened}
      onSaved={(name) => (name === now.name ? void showNewest() : void navigate(`/runbooks/${name}`))}
      onDiscard={() => void showNewest()}
    />
  );
}
