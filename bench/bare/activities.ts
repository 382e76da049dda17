/** What the plain workflow does in each of its steps: nothing. */
export async function echo(input: { value: number }): Promise<{ value: number }> {
  return input;
}
