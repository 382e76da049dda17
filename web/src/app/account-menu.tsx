import { Menu } from '@base-ui/react/menu';
import { useQuery } from '@tanstack/react-query';
import { CircleUser } from 'lucide-react';
import { useState } from 'react';
import { api } from '../api/client';
import { meQuery } from '../api/me';
import { session } from '../api/session';
import { chooseTheme, chosenTheme, themes, type Theme } from './theme';

const item = 'flex cursor-default items-center rounded px-2 py-1.5 text-sm outline-none data-highlighted:bg-sunken';

/** Who one is, the light of the pages, and the way out. */
export function AccountMenu() {
  const { data: me } = useQuery(meQuery);
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (next: Theme): void => {
    chooseTheme(next);
    setTheme(next);
  };
  const signOut = async (): Promise<void> => {
    // Over here in any case: a server that is away ends the session when its time is up.
    await api.POST('/api/v1/auth/logout').catch(() => undefined);
    session.end();
  };
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        aria-label="Account"
        className="inline-flex size-8 items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-ink"
      >
        <CircleUser aria-hidden className="size-5" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={6} className="z-50">
          <Menu.Popup className="min-w-48 rounded-md border border-line bg-raised p-1 shadow-lg">
            <p className="px-2 py-1.5 text-sm">
              <span className="font-medium">{me?.subject ?? '…'}</span>
              <span className="block text-xs text-muted">{me?.roles.join(', ')}</span>
            </p>
            <Menu.Separator className="my-1 h-px bg-line" />
            <Menu.RadioGroup value={theme} onValueChange={choose}>
              {themes.map((name) => (
                <Menu.RadioItem key={name} value={name} closeOnClick={false} className={item}>
                  <span className="flex-1 capitalize">{name}</span>
                  <Menu.RadioItemIndicator aria-hidden>✓</Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className="my-1 h-px bg-line" />
            <Menu.Item className={item} onClick={() => void signOut()}>
              Sign out
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
