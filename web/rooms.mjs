// Checks which room imports which (the rules are in .dependency-cruiser.cjs). A reader that reads nothing finds no
// fault either, so too few modules is a failure too.
import { createRequire } from "node:module";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";

const FEWEST_MODULES = 5;
const rules = createRequire(import.meta.url)("./.dependency-cruiser.cjs");
const { options, ...ruleSet } = rules;
const { output } = await cruise(["src"], { ...options, ruleSet, validate: true, outputType: "json" }, undefined, {
  tsConfig: extractTSConfig("tsconfig.json"),
});
const { summary, modules } = JSON.parse(output);
const own = modules.filter((module) => module.source.startsWith("src/"));
const edges = own.reduce((sum, module) => sum + module.dependencies.length, 0);
for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`);
console.log(`${own.length} modules, ${edges} imports, ${summary.error} faults.`);
if (own.length < FEWEST_MODULES || edges < FEWEST_MODULES) {
  console.error("Too few modules were read: the rooms were not checked.");
  process.exitCode = 1;
}
if (summary.error > 0) process.exitCode = 1;
