/** What the console's paths name one of: what stands behind such a word is an id, or a person's name. */
const collections = new Set([
  ...['agents', 'kinds', 'runs', 'runbooks', 'steps', 'approvals', 'locks', 'schedules', 'hooks', 'users', 'api-keys'],
  ...['config-templates', 'templates', 'events', 'verifications', 'checkpoints', 'holds', 'targets'],
]);
const word = /^[a-z][a-z-]{0,30}$/;
const placeholder = ':id';
const mostSegments = 6;

/**
 * The page that a path leads to: `/agents/shop/config` is of `/agents/:id/config`. Only plain words are kept, so that neither ids
 * nor anything personal gets into what is stored.
 */
export function pageOf(pathname: string): string {
  const segments = pathname.split('/').filter((segment) => segment !== '');
  const kept = segments.slice(0, mostSegments).map((segment, index) => {
    const named = collections.has(segments[index - 1] ?? '');
    return word.test(segment) && (!named || segment === 'new') ? segment : placeholder;
  });
  return `/${kept.join('/')}`;
}
