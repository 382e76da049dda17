import { queryOptions, useQuery } from '@tanstack/react-query';
import type { components } from '../../../generated/api-types';
import { api, unwrap } from './client';

export type Me = components['schemas']['Principal'];
export type Permission = Me['permissions'][number];

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => unwrap(api.GET('/api/v1/auth/me')),
  staleTime: 60_000,
});

/** Whether the user may do it; false while that is not known. The API decides: this only spares people what it would refuse. */
export function useMay(): (permission: Permission) => boolean {
  const { data } = useQuery(meQuery);
  return (permission) => data?.permissions.includes(permission) ?? false;
}
