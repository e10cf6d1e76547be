import { expect, test } from "vitest";
import { CAMPAIGN_FAULTS, killCampaign } from "../support/kill-campaign.ts";
import { simulator } from "../support/servers.ts";

// The long version is test/campaigns/kills.ts.
test("runs killed at any moment, their export phase included, end with the exports of one that never was", async () => {
  const { url } = await simulator({ ttftMs: 3, tpotMs: 0.5, tokens: 6, seed: 1, ...CAMPAIGN_FAULTS });
  const { kills, differences } = await killCampaign({ kills: 6, seed: "short", cases: 20, url });
  expect({ kills, differences }).toEqual({ kills: 6, differences: [] });
}, 120_000);
