/** Own data given to the server: read, checked, and kept there once a person has seen how it was read. */
import { dataApi, type OwnChoice, type OwnData } from "../api";
import { workbench } from "./workbench.svelte";

export type { OwnChoice, OwnData };

/** Gives how the server reads the file, which keeps nothing; throws ApiError with every fault of it. */
export function checkOwn(file: File, choice: OwnChoice): Promise<OwnData> {
  return dataApi.readOwn(file, file.name, choice, false);
}

/** Gives the file to the server to keep; throws ApiError with every fault of it. */
export async function importOwn(file: File, choice: OwnChoice): Promise<OwnData> {
  const found = await dataApi.readOwn(file, file.name, choice, true);
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
