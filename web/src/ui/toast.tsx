import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { IconButton } from './button';

/** Says in passing that something was done; faults are shown where they belong. */
export const toasts = Toast.createToastManager();

export function told(title: string, description?: string): void {
  toasts.add({ title, ...(description === undefined ? {} : { description }) });
}

export function Toasts() {
  return (
    <Toast.Provider toastManager={toasts}>
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-4 z-60 flex w-80 max-w-[calc(100vw-2rem)] flex-col gap-2">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  const { toasts: list } = Toast.useToastManager();
  return list.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="flex items-start gap-2 rounded-md border border-line bg-raised p-3 shadow-lg"
    >
      <Toast.Content className="min-w-0 flex-1">
        <Toast.Title className="text-sm font-medium" />
        <Toast.Description className="text-xs break-words text-muted" />
      </Toast.Content>
      <Toast.Close render={<IconButton name="Dismiss" className="-m-1.5" />}>
        <X aria-hidden className="size-3.5" />
      </Toast.Close>
    </Toast.Root>
  ));
}
