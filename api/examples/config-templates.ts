/** Examples of the OpenAPI document: templates of configs. They are data, and nothing else. */

const written = { kind: 'flags', name: 'Small', description: 'For a team of its own', config: { max_flags: 50 } };
const { config, ...described } = written;
const summary = {
  id: 'small-flags',
  ...described,
  version: 1,
  createdBy: 'ann',
  createdAt: '2026-11-27T15:00:00.000Z',
  updatedBy: 'ann',
  updatedAt: '2026-11-27T15:00:00.000Z',
};

export const templateExamples = {
  new: { id: 'small-flags', ...written },
  changed: written,
  template: { ...summary, config },
  page: { templates: [summary], next: null },
  deleted: { id: 'small-flags' },
};
