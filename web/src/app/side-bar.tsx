import { BookOpen, X } from 'lucide-react';
import { clsx } from 'clsx';
import { NavLink } from 'react-router';
import { useMay } from '../api/me';
import { IconButton } from '../ui/button';
import { destinations } from './navigation';

const line = 'flex items-center gap-2.5 rounded-md px-2.5 py-1.5 text-sm font-medium';

/** Where one can go. Beside the page where there is room for it, over it where there is not. */
export function SideBar({ open, onClose }: { open: boolean; onClose: () => void }) {
  const may = useMay();
  return (
    <>
      {open && <div aria-hidden className="fixed inset-0 z-30 bg-black/40 lg:hidden" onClick={onClose} />}
      <nav
        aria-label="Main"
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
        className={clsx(
          'z-40 w-52 shrink-0 flex-col gap-0.5 border-r border-line bg-surface p-3 lg:sticky lg:top-0 lg:flex lg:h-dvh',
          open ? 'fixed inset-y-0 left-0 flex' : 'hidden',
        )}
      >
        <div className="mb-3 flex items-center gap-2 px-1">
          <img src="/icon.svg" alt="" width="24" height="24" className="size-6" />
          <span className="text-base font-semibold tracking-tight">Ymera</span>
          <IconButton name="Close the menu" className="ml-auto lg:hidden" onClick={onClose}>
            <X aria-hidden className="size-4" />
          </IconButton>
        </div>
        {destinations
          .filter(({ demands }) => may(demands))
          .map(({ label, path, icon: Icon, badge: Count }) => (
            <NavLink
              key={path}
              to={path}
              onClick={onClose}
              className={({ isActive }) =>
                clsx(line, isActive ? 'bg-accent-soft text-ink' : 'text-muted hover:bg-sunken hover:text-ink')
              }
            >
              <Icon aria-hidden className="size-4" />
              {label}
              {Count && <Count />}
            </NavLink>
          ))}
        <a href="/docs" className={clsx(line, 'mt-auto text-muted hover:bg-sunken hover:text-ink')}>
          <BookOpen aria-hidden className="size-4" />
          API
        </a>
      </nav>
    </>
  );
}
