import { useEffect, useSyncExternalStore } from 'react';
import { queryClient } from '../api/query-client';
import { session } from '../api/session';
import { SignInPage } from '../features/sign-in/sign-in-page';
import { liveFeed } from '../live/use-live';
import { Shell } from './shell';

const isSignedIn = (): boolean => session.current !== null;

/** The console for who is signed in, the door for who is not. Addresses stay, so signing in leads where one wanted to go. */
export function SessionGate() {
  const signedIn = useSyncExternalStore((listener) => session.subscribe(listener), isSignedIn);
  useEffect(() => {
    if (!signedIn) return;
    liveFeed.start();
    return () => {
      liveFeed.stop();
      // What one has seen is not for the next.
      queryClient.clear();
    };
  }, [signedIn]);
  return signedIn ? <Shell /> : <SignInPage />;
}
