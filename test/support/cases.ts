/** Values as a stream, one pass each time it is called for. */
export async function* streamed<Value>(values: Iterable<Value>): AsyncGenerator<Value> {
  yield* values;
}

/** Everything that a stream brings. */
export async function collected<Value>(stream: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of stream) all.push(value);
  return all;
}
