import { clsx } from 'clsx';
import { NavLink } from 'react-router';

/** Parts of one thing, each with an address of its own. @param tabs `[label, path]`; paths are relative to `base` */
export function RouteTabs({
  label,
  base,
  tabs,
}: {
  label: string;
  base: string;
  tabs: readonly (readonly [string, string])[];
}) {
  return (
    <nav aria-label={label} className="-mb-px flex gap-1 overflow-x-auto border-b border-line">
      {tabs.map(([name, path]) => (
        <NavLink
          key={path}
          to={path === '' ? base : `${base}/${path}`}
          end={path === ''}
          className={({ isActive }) =>
            clsx(
              'border-b-2 px-3 py-2 text-sm font-medium whitespace-nowrap',
              isActive ? 'border-accent text-ink' : 'border-transparent text-muted hover:text-ink',
            )
          }
        >
          {name}
        </NavLink>
      ))}
    </nav>
  );
}
