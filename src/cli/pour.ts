import type { Output } from "./context.ts";

/** Writes the pieces of a file as fast as the output takes them, so that they do not pile up in memory; ends with a closed pipe. */
export async function pour(pieces: Iterable<string>, output: Output): Promise<void> {
  for (const piece of pieces) {
    if (output.destroyed === true) return;
    if (output.writeData(piece) === false && output.on !== undefined) await room(output);
  }
}

function room(output: Output): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      output.off?.("drain", done);
      output.off?.("close", done);
      resolve();
    };
    output.on?.("drain", done);
    output.on?.("close", done);
  });
}
