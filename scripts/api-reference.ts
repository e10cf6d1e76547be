// Writes docs/api.md from the docstrings of the public API. Fails when one is missing, when an example does not
// type-check and, with --check, when the file is not what it would write.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exampleModules, typeErrors } from "./api/check-examples.ts";
import { renderApi } from "./api/markdown.ts";
import { missingDocs } from "./api/missing-docs.ts";
import { publicApi } from "./api/public-api.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = join(root, "docs/api.md");
const check = process.argv.includes("--check");

const exports = publicApi("src/index.ts", (path) => readFileSync(join(root, path), "utf8"));
const complaints = missingDocs(exports);
const wrong = complaints.length > 0 ? "" : typeErrors(exampleModules(exports), root);
if (wrong !== "") complaints.push(`an example in the docstrings does not type-check:\n${wrong}`);
const text = renderApi(exports);
if (check && (!existsSync(file) || readFileSync(file, "utf8") !== text)) {
  complaints.push("docs/api.md is out of date; run npm run api");
}
if (!check) writeFileSync(file, text);
if (complaints.length > 0) {
  console.error(complaints.join("\n"));
  process.exitCode = 1;
}
