import { systemClock } from "../core/clock.ts";
import { BenchError, messageOf } from "../core/errors.ts";
import type { SimulatorOptions } from "./options.ts";
import { startSimulator } from "./server.ts";
import type { Announcement } from "./spawn.ts";
import { warmUpSimulator } from "./warm-up.ts";

// The entry of the simulator's own process: options as JSON in the first argument, one line of JSON on stdout.

const announce = (announcement: Announcement): void => void process.stdout.write(`${JSON.stringify(announcement)}\n`);

// Ctrl-C and a closed terminal reach every process of the terminal, and a service manager's SIGTERM the whole group;
// requests in flight are the parent's to end, and with the parent this process ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
// The kernel closes this pipe with the parent, however it died.
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
process.stdin.on("error", () => process.exit(0));

try {
  await warmUpSimulator(systemClock);
  const { url } = await startSimulator(JSON.parse(process.argv[2] ?? "{}") as SimulatorOptions, systemClock);
  announce({ url });
} catch (error) {
  announce({ error: messageOf(error), hint: error instanceof BenchError ? error.hint : undefined });
  process.exitCode = 1;
  process.stdin.destroy();
}
