/** The script of a published page: it stands whole inside the file, beside the run's values, and asks nobody. */
import { mount } from "svelte";
import PublishedPage from "./PublishedPage.svelte";
import { openRun } from "./run";

const target = document.getElementById("app");
const values = document.getElementById("run");
if (!target || !values) throw new Error("The page was cut off.");
try {
  mount(PublishedPage, { target, props: { opened: openRun(values.textContent ?? "") } });
} catch (thrown) {
  target.textContent = `This page is damaged: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
}
