/** Own data given to the server: read, checked and kept there. */
import { dataApi, type OwnChoice, type OwnData, type SampleBlock } from "../api";
import { workbench } from "./workbench.svelte";

export type { OwnChoice, OwnData };
/** Pictures shown of own data. */
const SHOWN = 24;

/** Gives the file to the server; throws ApiError with every fault of it. */
export async function importOwn(file: File, choice: OwnChoice): Promise<OwnData> {
  const found = await dataApi.importOwn(file, file.name, choice);
  await workbench.readDatasets();
  return found;
}

/** Forgets own data; a design that was on it goes back to the digits. */
export async function removeOwn(name: string): Promise<void> {
  await dataApi.remove(name);
  const digits = workbench.datasets.find((info) => info.name === "digits");
  if (workbench.spec.training.dataset === name && digits) workbench.choose(digits);
  await workbench.readDatasets();
}

/** Gives some training samples, spread over all of them, so that every class is seen. */
export function someSamples({ dataset }: OwnData): Promise<SampleBlock> {
  const total = dataset.train_samples;
  const count = Math.min(SHOWN, total);
  const indices = Array.from({ length: count }, (_, at) => Math.floor((at * total) / count));
  return dataApi.samples(dataset.name, indices);
}
