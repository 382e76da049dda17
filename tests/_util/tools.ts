import { findTool, tools, type ToolName } from '../../stack/tools';

/**
 * A `describe` for what needs tools of others. Where one is missing its tests are skipped under a name that says which and
 * how to get it: the closing line of a run tells it.
 * @example describeWithTools(['podman', 'busybox'], 'containers', ({ podman, busybox }) => { it(…) });
 */
export function describeWithTools<Name extends ToolName>(
  names: readonly Name[],
  title: string,
  body: (files: Record<Name, string>) => void,
): void {
  const found = names.map((name) => [name, findTool(name)] as const);
  const missing = found.flatMap(([name, tool]) => ('file' in tool ? [] : [`${name}: ${tools[name].install}`]));
  const files = found.map(([name, tool]) => [name, 'file' in tool ? tool.file : '']);
  if (missing.length === 0) describe(title, () => body(Object.fromEntries(files) as Record<Name, string>));
  else
    describe.skip(`${title} (without ${missing.join('; ')})`, () =>
      body(Object.fromEntries(files) as Record<Name, string>));
}
