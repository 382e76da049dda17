import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

type Values = Readonly<Record<string, string | null>>;

/**
 * What the address says behind its `?`, and a way to change some of it: null or an empty text takes a value away. What else has changed
 * meanwhile stays; the router's own setter knows only what the address said when the page was last drawn.
 */
export function useAddressParams(): [URLSearchParams, (values: Values) => void] {
  const [params, setParams] = useSearchParams();
  const change = useCallback(
    (values: Values): void => {
      const next = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(values)) {
        if (value === null || value === '') next.delete(name);
        else next.set(name, value);
      }
      setParams(next, { replace: true, preventScrollReset: true });
    },
    [setParams],
  );
  return [params, change];
}
