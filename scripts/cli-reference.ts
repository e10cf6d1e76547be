// Writes docs/cli.md from the commands themselves; with --check fails when it is not what it would write.
import { readFileSync, writeFileSync } from "node:fs";
import type { Argument, Command, Option } from "commander";
import { processContext } from "../src/cli/context.ts";
import { EXIT } from "../src/cli/exit-codes.ts";
import { guarded } from "../src/cli/guarded-output.ts";
import { createProgram } from "../src/cli/main.ts";

const file = new URL("../docs/cli.md", import.meta.url);

const INTRODUCTION = `# Command line

Written from the commands themselves (\`npm run cli-reference\`), so it is what \`--help\` says, on one page. What the
commands are good for stands in [getting started](getting-started.md) and the pages linked from there.
`;

const EXIT_MEANINGS: Record<keyof typeof EXIT, string> = {
  success: "everything succeeded",
  casesFailed: "finished, but cases failed or were skipped, or a threshold did not hold",
  usage: "usage or configuration: bad flag, unknown provider, directory in use, resume mismatch",
  dataset: "the dataset has errors",
  auth: "no target could authenticate",
  unreachable: "no target could be reached",
  output: "output cannot be written",
  interrupted: "interrupted; a run can be resumed",
};

/** Text that may stand in a cell of a table. */
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ");
const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

function table(head: readonly [string, string, string], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  return ["", ...[head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`), ""].join("\n");
}

function defaultOf({ defaultValue, negate }: Option | (Argument & { negate?: boolean })): string {
  if (negate === true || defaultValue === undefined || defaultValue === false) return "";
  return code(Array.isArray(defaultValue) ? defaultValue.join(",") || "none" : String(defaultValue));
}

function optionRow(option: Option): string[] {
  const choices = option.argChoices === undefined ? "" : `: ${option.argChoices.map(code).join(", ")}`;
  const required = option.mandatory ? " (required)" : "";
  return [code(option.flags), cell(option.description) + choices + required, defaultOf(option)];
}

function argumentRow(argument: Argument): string[] {
  const dots = argument.variadic ? "..." : "";
  const name = argument.required ? `<${argument.name()}${dots}>` : `[${argument.name()}${dots}]`;
  return [code(name), cell(argument.description), defaultOf(argument)];
}

/** A table for each group of the help, under its name. */
function optionTables(options: readonly Option[]): string[] {
  const groups = [...new Set(options.map(({ helpGroupHeading }) => helpGroupHeading))];
  return groups.map((group) => {
    const rows = options.filter(({ helpGroupHeading }) => helpGroupHeading === group).map(optionRow);
    const name = group === undefined ? "" : `\n**${group.replace(/:$/, "")}**\n`;
    return name + table(["option", "meaning", "default"], rows);
  });
}

/** The text that a command adds after its help: examples and the like. */
function afterHelp(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (piece) => (text += piece) });
  command.outputHelp();
  const own = text.slice(command.helpInformation().length).trim();
  return own === "" ? "" : `\n\`\`\`\n${own}\n\`\`\`\n`;
}

function section(command: Command, path: string, level: number): string {
  const name = `${path} ${command.name()}`;
  const visible = command.options.filter(({ hidden }) => !hidden);
  const heading = `${"#".repeat(level)} \`${name.slice(name.indexOf(" ") + 1)}\``;
  const description = command.description();
  const parts = [
    `\n${heading}\n\n${description.charAt(0).toUpperCase()}${description.slice(1)}.\n`,
    command.commands.length > 0 && command.registeredArguments.length === 0 && visible.length === 0
      ? ""
      : `\n\`\`\`\n${name} ${command.usage()}\n\`\`\`\n`,
    table(["argument", "meaning", "default"], command.registeredArguments.map(argumentRow)),
    ...optionTables(visible),
    afterHelp(command),
    ...command.commands.map((inner) => section(inner, name, level + 1)),
  ];
  return parts.join("");
}

const program = createProgram(guarded(processContext()), () => {});
const exits = Object.entries(EXIT_MEANINGS).map(
  ([name, meaning]) => `| ${EXIT[name as keyof typeof EXIT]} | ${meaning} |`,
);
const text = [
  INTRODUCTION,
  ...program.commands.map((command) => section(command, program.name(), 2)),
  `\n## Exit codes\n\n| code | meaning |\n| --- | --- |\n${exits.join("\n")}\n`,
].join("");

if (!process.argv.includes("--check")) writeFileSync(file, text);
// The formatter lays tables out anew, so only what stands in them is compared.
else if (bare(readFileSync(file, "utf8")) !== bare(text)) {
  console.error("out of date: docs/cli.md; run npm run cli-reference");
  process.exitCode = 1;
}

function bare(markdown: string): string {
  return markdown
    .replaceAll(/-{3,}/g, "---")
    .replaceAll(/[ \t]+/g, " ")
    .replaceAll(/\n+/g, "\n");
}
