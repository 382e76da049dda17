import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../../infra/paths';

export interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  annotations?: Record<string, string>;
}

interface Panel {
  title: string;
  targets: { expr: string }[];
}

export interface Dashboard {
  uid: string;
  title: string;
  panels: Panel[];
}

const filesIn = (folder: string): string[] => readdirSync(folder).map((name) => join(folder, name));

/** The rules of `deploy/prometheus`. */
export function rules(): Rule[] {
  return filesIn(join(projectRoot, 'deploy/prometheus/rules')).flatMap((file) => {
    const { groups } = parse(readFileSync(file, 'utf8')) as { groups: { rules: Rule[] }[] };
    return groups.flatMap((group) => group.rules);
  });
}

/** The dashboards of `deploy/grafana`. */
export function dashboards(): Dashboard[] {
  return filesIn(join(projectRoot, 'deploy/grafana/dashboards')).map(
    (file) => JSON.parse(readFileSync(file, 'utf8')) as Dashboard,
  );
}

/** Every metric that a dashboard or a rule asks for, with the place that does. */
export function namesAskedFor(): { name: string; place: string }[] {
  const asked = [
    ...rules().map(({ alert, record, expr }) => ({ place: alert ?? record ?? '', expr })),
    ...dashboards().flatMap(({ uid, panels }) =>
      panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ place: `${uid}: ${title}`, expr }))),
    ),
  ];
  return asked.flatMap(({ place, expr }) => {
    // What stands in quotes is the value of a label.
    const names = expr.replace(/"[^"]*"/g, '""').match(/\b(ymera|temporal|process|nodejs)[_:][a-z0-9_:]+/g) ?? [];
    return names.map((name) => ({ name, place }));
  });
}
