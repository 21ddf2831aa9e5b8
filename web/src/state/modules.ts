/** Which module of a state dict is which layer, as a person chooses it. */
import type { FoundModule } from "../api";

export type Sort = FoundModule["sort"];
/** The name of the module that each layer has, by the layer's place. */
export type Chosen = Record<number, string>;

/** What is chosen before a person does: what was said, what was found, and where a module fits one layer alone. */
export function chosenAtFirst(modules: FoundModule[], said: Record<string, number>): Chosen {
  const chosen: Chosen = {};
  for (const { name, layer, fits } of modules) {
    const place = said[name] ?? layer ?? (fits.length === 1 ? fits[0] : undefined);
    if (place !== undefined) chosen[place] = name;
  }
  return chosen;
}

/** Chooses a module for a layer ("" for none); the layer that had it gets the other one, if that fits it. */
export function choose(modules: FoundModule[], chosen: Chosen, layer: number, name: string): Chosen {
  const next = { ...chosen, [layer]: name };
  const before = modules.find((module) => module.name === chosen[layer]);
  for (const [place, other] of Object.entries(chosen)) {
    const at = Number(place);
    if (at !== layer && other === name) next[at] = before?.fits.includes(at) ? before.name : "";
  }
  return Object.fromEntries(Object.entries(next).filter(([, one]) => one !== ""));
}

/** The layers that modules of one sort can be. */
export const layersOf = (modules: FoundModule[]): number[] =>
  [...new Set(modules.flatMap(({ fits }) => fits))].sort((a, b) => a - b);

/** The arrays of a module: "weight 50 × 64, bias 50, threshold". */
export function arraysOf({ shapes }: FoundModule): string {
  return Object.entries(shapes)
    .map(([name, shape]) => [name, shape.join(" × ")].join(" ").trim())
    .join(", ");
}
