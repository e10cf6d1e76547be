type CleanUp = () => unknown;

const afterTheTest: CleanUp[] = [];
const afterTheFile: CleanUp[] = [];

// Support modules are evaluated once a worker, so a hook of their own would serve its first file alone: they leave
// their work here, and `test/setup.ts`, which runs for each file, has it done.

/** Runs after the test, however it ended. */
export function afterTest(cleanUp: CleanUp): void {
  afterTheTest.push(cleanUp);
}

/** Runs after the test file, however its tests ended. */
export function afterFile(cleanUp: CleanUp): void {
  afterTheFile.push(cleanUp);
}

/** Does what is due after a test. */
export async function cleanUpTest(): Promise<void> {
  await Promise.all(afterTheTest.splice(0).map((cleanUp) => cleanUp()));
}

/** Does what is due after a test file, the last first: a process ends before the directory it was given goes. */
export async function cleanUpFile(): Promise<void> {
  for (const cleanUp of afterTheFile.splice(0).toReversed()) await cleanUp();
}
