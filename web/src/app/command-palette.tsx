import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { api, unwrap } from '../api/client';
import { useMay } from '../api/me';
import { destinations } from './navigation';

interface Place {
  label: string;
  detail: string;
  path: string;
}

/** Leads to any page, agent or run by a few letters: Ctrl K or ⌘ K. */
export function CommandPalette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const places = usePlaces(text, open);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    onOpenChange(!open);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
  const go = ({ path }: Place): void => {
    onOpenChange(false);
    setText('');
    void navigate(path);
  };
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Popup
          aria-label="Go to"
          className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-lg -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-raised shadow-xl"
        >
          <Autocomplete.Root
            open
            inline
            items={places}
            value={text}
            onValueChange={setText}
            itemToStringValue={({ label }: Place) => label}
            autoHighlight="always"
            filter={null}
          >
            <Autocomplete.Input
              aria-label="Page, agent or run"
              placeholder="Page, agent or run"
              className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none"
            />
            <Autocomplete.Empty className="px-4 py-6 text-center text-muted empty:hidden">
              Nothing begins so
            </Autocomplete.Empty>
            <Autocomplete.List className="max-h-80 overflow-y-auto p-1.5">
              {(place: Place) => (
                <Autocomplete.Item
                  key={place.path}
                  value={place}
                  onClick={() => go(place)}
                  className="flex cursor-default items-center gap-3 rounded-md px-3 py-2 data-highlighted:bg-accent-soft"
                >
                  <span className="min-w-0 flex-1 truncate">{place.label}</span>
                  <span className="text-xs text-muted">{place.detail}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Pages whose name holds the text, and agents that begin with it. */
function usePlaces(text: string, open: boolean): Place[] {
  const may = useMay();
  const wanted = text.trim().toLowerCase();
  const { data } = useQuery({
    queryKey: ['palette', wanted],
    queryFn: () => unwrap(api.GET('/api/v1/agents', { params: { query: { q: wanted, limit: 8 } } })),
    enabled: open && may('agents:read'),
    placeholderData: keepPreviousData,
  });
  const pages = destinations
    .filter(({ label, demands }) => may(demands) && label.toLowerCase().includes(wanted))
    .map(({ label, path }) => ({ label, path, detail: 'page' }));
  const agents = (data?.agents ?? []).map(({ id, kind }) => ({
    label: id,
    path: `/agents/${id}`,
    detail: `${kind} agent`,
  }));
  return [...pages, ...agents];
}
