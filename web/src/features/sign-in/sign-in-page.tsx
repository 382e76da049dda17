import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { api, unwrap } from '../../api/client';
import { session } from '../../api/session';
import { Button } from '../../ui/button';
import { Field, Input } from '../../ui/field';
import { Problem } from '../../ui/states';

export function SignInPage() {
  const signIn = useMutation({
    mutationFn: (credentials: { username: string; password: string }) =>
      unwrap(api.POST('/api/v1/auth/login', { body: credentials })),
    onSuccess: (grant) => session.begin(grant),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = Object.fromEntries(new FormData(event.currentTarget)) as Record<'username' | 'password', string>;
    signIn.mutate({ username: form.username, password: form.password });
  };
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <form
        onSubmit={submit}
        className="flex w-full max-w-sm flex-col gap-4 rounded-lg border border-line bg-surface p-6"
      >
        <header className="flex items-center gap-3">
          <img src="/icon.svg" alt="" width="32" height="32" className="size-8" />
          <h1>Sign in to Ymera</h1>
        </header>
        {signIn.error && <Problem error={signIn.error} />}
        <Field label="User name">
          {(wiring) => (
            <Input {...wiring} name="username" autoComplete="username" autoCapitalize="none" required autoFocus />
          )}
        </Field>
        <Field label="Password">
          {(wiring) => <Input {...wiring} name="password" type="password" autoComplete="current-password" required />}
        </Field>
        <Button type="submit" look="primary" busy={signIn.isPending}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
