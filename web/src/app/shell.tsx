import { Menu as MenuIcon, Search } from 'lucide-react';
import { useState } from 'react';
import { Outlet } from 'react-router';
import { Button, IconButton } from '../ui/button';
import { AccountMenu } from './account-menu';
import { CommandPalette } from './command-palette';
import { ConnectionState } from './connection-state';
import { SideBar } from './side-bar';

/** The frame of all pages: where one can go, how the connection stands, who one is. */
export function Shell() {
  const [palette, setPalette] = useState(false);
  const [menu, setMenu] = useState(false);
  return (
    <div className="flex min-h-dvh">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:z-50 focus:m-2 focus:rounded focus:bg-raised focus:p-2"
      >
        Skip to the content
      </a>
      <SideBar open={menu} onClose={() => setMenu(false)} />
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="sticky top-0 z-20 flex h-12 items-center gap-2 border-b border-line bg-surface px-3 md:px-6">
          <IconButton name="Menu" className="lg:hidden" onClick={() => setMenu(true)}>
            <MenuIcon aria-hidden className="size-5" />
          </IconButton>
          <Button
            look="plain"
            className="min-w-0 flex-1 justify-start text-muted sm:max-w-sm"
            onClick={() => setPalette(true)}
          >
            <Search aria-hidden className="size-4 shrink-0" />
            <span className="truncate">Go to …</span>
            <kbd className="ml-auto hidden font-mono text-xs sm:inline">Ctrl K</kbd>
          </Button>
          <div className="ml-auto flex items-center gap-1">
            <ConnectionState />
            <AccountMenu />
          </div>
        </header>
        <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
          <Outlet />
        </main>
      </div>
      <CommandPalette open={palette} onOpenChange={setPalette} />
    </div>
  );
}
