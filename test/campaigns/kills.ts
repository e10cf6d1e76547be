// Kills many runs at random moments, their export phase included, and compares their exports with those of a run that
// was never killed. Build first.
//
//   npx jiti test/campaigns/kills.ts [--kills 200] [--seed 1] [--cases 60]
//
// Exit code 0: every run ended with the exports that it must have. 1: the differences are listed.
import { parseArgs } from "node:util";
import { systemClock } from "../../src/core/clock.ts";
import { startSimulator } from "../../src/simulator/server.ts";
import { cleanUpFile } from "../support/clean-up.ts";
import { CAMPAIGN_FAULTS, killCampaign } from "../support/kill-campaign.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    cases: { type: "string", default: "60" },
  },
});
const simulator = await startSimulator({ ttftMs: 3, tpotMs: 0.5, tokens: 6, seed: 1, ...CAMPAIGN_FAULTS }, systemClock);
const outcome = await killCampaign({
  kills: Number(values.kills),
  seed: values.seed,
  cases: Number(values.cases),
  url: simulator.url,
  log: (line) => process.stderr.write(`${line}\n`),
});
await simulator.close();
await cleanUpFile();
process.stdout.write(`${JSON.stringify({ seed: values.seed, ...outcome }, null, 2)}\n`);
process.exitCode = outcome.differences.length === 0 ? 0 : 1;
