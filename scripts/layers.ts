// Writes the linter's rules about imports between folders from the table in docs/architecture.md; with --check fails when
// they are not what it would write.
import { readFileSync, writeFileSync } from "node:fs";
import { layersIn, restrictions } from "./layers/restrictions.ts";

const CONFIG = new URL("../.oxlintrc.json", import.meta.url);

interface LintConfig {
  overrides: { files: string | string[]; rules: Record<string, unknown> }[];
}

const layers = layersIn(readFileSync(new URL("../docs/architecture.md", import.meta.url), "utf8"));
const config = JSON.parse(readFileSync(CONFIG, "utf8")) as LintConfig;
const others = config.overrides.filter(({ rules }) => !Array.isArray(rules["no-restricted-imports"]));
const wanted = [...restrictions(layers), ...others];
if (!process.argv.includes("--check")) {
  writeFileSync(CONFIG, `${JSON.stringify({ ...config, overrides: wanted }, null, 2)}\n`);
} else if (JSON.stringify(wanted) !== JSON.stringify(config.overrides)) {
  console.error("out of date: .oxlintrc.json, which follows the table in docs/architecture.md; run npm run layers");
  process.exitCode = 1;
}
