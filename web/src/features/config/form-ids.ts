/** Id of what is said of a field: its description and its faults. */
export const saidId = (id: string): string => `${id}__said`;
