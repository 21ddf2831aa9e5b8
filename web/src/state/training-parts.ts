/** The parts of a training that come in kinds, each with fields of its own: coding, optimizer, schedule, augmentation. */
import type { Training } from "../api";
import type { Choice, Field } from "./field";

export type PartName = "coding" | "optimizer" | "schedule";

export interface PartKind {
  label: string;
  fields: Record<string, Field>;
  /** A part of this kind as the server has it by default. */
  start: Training[PartName];
}

const DECAY: Field = { label: "", kind: "float", min: 0, max: 1, open: "max", help: "" };
const MOMENTS: Record<string, Field> = {
  beta1: { ...DECAY, label: "Adam β₁", help: "Decay of the mean of gradients; 0.9 as a rule." },
  beta2: { ...DECAY, label: "Adam β₂", help: "Decay of the mean of squared gradients; 0.999 as a rule." },
  epsilon: {
    label: "Adam ε",
    kind: "float",
    min: 0,
    max: 1,
    open: "min",
    help: "Added to the divisor, so that it is never zero; 1e-8 as a rule.",
  },
};
const WEIGHT_DECAY: Field = {
  label: "Weight decay",
  kind: "float",
  min: 0,
  max: 10,
  help: "Pulls weights towards zero at each update; 0.0001 to 0.05 is usual, 0 for none.",
};
const FACTOR: Field = {
  label: "Factor",
  kind: "float",
  min: 0,
  max: 1,
  open: "both",
  help: "The learning rate is multiplied by this at each fall; 0.1 to 0.5 is usual.",
};
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export const ONE_CYCLE = { kind: "one_cycle", warm_up_share: 0.25, start_divisor: 25, end_divisor: 1e4 } as const;

export const PARTS: Record<PartName, Record<string, PartKind>> = {
  coding: {
    direct: { label: "Direct: a steady current", fields: {}, start: { kind: "direct" } },
    rate: {
      label: "Rate: random spikes",
      start: { kind: "rate", gain: 1 },
      fields: {
        gain: {
          label: "Gain",
          kind: "float",
          min: 0,
          max: 100,
          open: "min",
          help: "Factor of the values before they are the chance of a spike at each step; 0.2 to 1 is usual.",
        },
      },
    },
    latency: {
      label: "Latency: one spike, bright ones first",
      start: { kind: "latency", scale: "linear", threshold: 0.01 },
      fields: {
        scale: {
          label: "Time falls",
          kind: "choice",
          help: "Linearly with the value, or as a charging neuron reaches its threshold.",
          choices: [
            { value: "linear", label: "linearly" },
            { value: "logarithmic", label: "logarithmically" },
          ],
        },
        threshold: {
          label: "Smallest value",
          kind: "float",
          min: 0,
          max: 1,
          open: "both",
          help: "Values below this never spike. Where time falls logarithmically, 0.2 or more spreads the spikes over the steps.",
        },
      },
    },
    delta: {
      label: "Delta: a spike where a value grows",
      start: { kind: "delta", threshold: 0.1, off_spikes: false },
      fields: {
        threshold: {
          label: "Smallest change",
          kind: "float",
          min: 0,
          max: 1,
          open: "min",
          help: "Growth since the step before that gives a spike, for data over time; 0.05 to 0.2 is usual.",
        },
        off_spikes: { label: "Falls spike too", kind: "flag", help: "A fall by as much gives a spike of −1." },
      },
    },
    population: {
      label: "Population: bell curves for each value",
      start: { kind: "population", neurons: 8, width: 1 },
      fields: {
        neurons: {
          label: "Inputs for each value",
          kind: "int",
          min: 2,
          max: 64,
          help: "The network's input is as many times larger; 4 to 16 are usual.",
        },
        width: {
          label: "Width of a curve",
          kind: "float",
          min: 0,
          max: 10,
          open: "min",
          help: "Its standard deviation, in distances between neighbours; 0.5 to 1.5 is usual.",
        },
      },
    },
  },
  optimizer: {
    adam: { label: "Adam", fields: MOMENTS, start: { kind: "adam", ...ADAM } },
    adamw: {
      label: "AdamW",
      fields: { ...MOMENTS, weight_decay: WEIGHT_DECAY },
      start: { kind: "adamw", ...ADAM, weight_decay: 0.01 },
    },
    sgd: {
      label: "SGD",
      start: { kind: "sgd", momentum: 0.9, nesterov: false, weight_decay: 0 },
      fields: {
        momentum: { ...DECAY, label: "Momentum", help: "Share of the last step that is gone again; 0.9 is usual." },
        nesterov: {
          label: "Nesterov",
          kind: "flag",
          help: "The gradient counts as if the step were gone already; needs momentum.",
        },
        weight_decay: WEIGHT_DECAY,
      },
    },
  },
  schedule: {
    constant: { label: "Constant", fields: {}, start: { kind: "constant" } },
    one_cycle: {
      label: "One cycle",
      start: ONE_CYCLE,
      fields: {
        warm_up_share: {
          label: "Warm-up share",
          kind: "float",
          min: 0,
          max: 1,
          open: "max",
          help: "Share of the updates in which the learning rate rises; 0.1 to 0.4 is usual.",
        },
        start_divisor: {
          label: "Start divisor",
          kind: "float",
          min: 1,
          max: 1e4,
          help: "The first learning rate is the peak over this; 10 to 25 is usual.",
        },
        end_divisor: {
          label: "End divisor",
          kind: "float",
          min: 1,
          max: 1e8,
          help: "The last learning rate is the first over this; 100 to 10,000 is usual.",
        },
      },
    },
    cosine: {
      label: "Cosine",
      start: { kind: "cosine", end_share: 0 },
      fields: {
        end_share: {
          label: "End share",
          kind: "float",
          min: 0,
          max: 1,
          help: "The last learning rate as a share of the first; 0 to 0.1 is usual.",
        },
      },
    },
    steps: {
      label: "Steps",
      start: { kind: "steps", every_epochs: 10, factor: 0.1 },
      fields: {
        every_epochs: {
          label: "Every",
          unit: "epochs",
          kind: "int",
          min: 1,
          max: 100_000,
          help: "Epochs between two falls; a third of all of them is usual.",
        },
        factor: FACTOR,
      },
    },
    plateau: {
      label: "On a plateau",
      start: { kind: "plateau", patience_epochs: 3, factor: 0.5 },
      fields: {
        patience_epochs: {
          label: "Patience",
          unit: "epochs",
          kind: "int",
          min: 1,
          max: 100_000,
          help: "Epochs without a lower validation loss, after which the learning rate falls; 2 to 10 are usual.",
        },
        factor: FACTOR,
      },
    },
  },
};

export const PART_CHOICES = Object.fromEntries(
  Object.entries(PARTS).map(([part, kinds]) => [
    part,
    Object.entries(kinds).map(([value, { label }]): Choice => ({ value, label })),
  ]),
) as Record<PartName, Choice[]>;

export const AUGMENTATION_FIELDS: Record<string, Field> = {
  shift_pixels: {
    label: "Shift pictures",
    unit: "pixels",
    kind: "int",
    min: 0,
    max: 16,
    help: "Moved at random by up to so many pixels each way, anew each time; 1 to 3 for pictures of 28, 0 for none.",
  },
  mirror: { label: "Mirror pictures", kind: "flag", help: "Half of the pictures are mirrored left to right." },
  noise: {
    label: "Noise",
    kind: "float",
    min: 0,
    max: 10,
    help: "Standard deviation of what is added to each input value; 0.05 to 0.2 is usual, 0 for none.",
  },
};
