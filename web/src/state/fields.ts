/** Every field that can be edited: its label, unit, range and one line of help. A test holds it to the server's schema. */

import { NEURONS } from "../api";
import type { Choice, Field } from "./field";
import { PART_CHOICES } from "./training-parts";

export type { Choice, Field } from "./field";

export const LEARNING: Choice[] = [
  { value: "fixed", label: "fixed" },
  { value: "shared", label: "learned, one per layer" },
  { value: "per_neuron", label: "learned, one per neuron" },
];

export const TRAINING_FIELDS = {
  name: {
    label: "Name",
    kind: "text",
    help: "What the run is called. Left empty, it is made of data set and network.",
  },
  epochs: {
    label: "Epochs",
    kind: "int",
    min: 1,
    max: 100_000,
    help: "Passes over the training data; 1 to 30 are usual. More learn longer, and may overfit.",
  },
  num_steps: {
    label: "Time steps",
    unit: "per sample",
    kind: "int",
    min: 1,
    max: 10_000,
    help: "Simulated steps in which a sample is shown; 4 to 25 are usual. More give finer spike counts and take longer.",
  },
  batch_size: {
    label: "Batch size",
    unit: "samples",
    kind: "int",
    min: 1,
    max: 65_536,
    help: "Samples per update of the weights; 32 to 128 are usual. Small ones learn more per epoch, large ones run faster.",
  },
  learning_rate: {
    label: "Learning rate",
    kind: "float",
    min: 0,
    max: 10,
    open: "min",
    help: "Step size of the optimizer; with a schedule, its peak. 0.0005 to 0.005 is usual.",
  },
  coding: {
    label: "Input coding",
    kind: "choice",
    help: "How a sample becomes input over time: a steady current, spikes by chance, by time, by change, or curves.",
    choices: PART_CHOICES.coding,
  },
  optimizer: {
    label: "Optimizer",
    kind: "choice",
    help: "How weights move along the gradient.",
    choices: PART_CHOICES.optimizer,
  },
  schedule: {
    label: "Schedule",
    kind: "choice",
    help: "How the learning rate moves over the training.",
    choices: PART_CHOICES.schedule,
  },
  warm_up_updates: {
    label: "Warm-up",
    unit: "updates",
    kind: "int",
    min: 0,
    max: 1_000_000,
    help: "Updates in which the learning rate rises from near zero; 100 to 1,000 are usual. A one-cycle schedule has its own.",
  },
  loss: {
    label: "Loss",
    kind: "choice",
    help: "What is minimised, and with it what decides: most spikes, the highest membrane, or the earliest spike.",
    choices: [
      { value: "membrane", label: "Membrane, every step" },
      { value: "count", label: "Spike count" },
      { value: "rate", label: "Spikes, every step" },
      { value: "max_membrane", label: "Highest membrane" },
      { value: "rate_mse", label: "Wanted rates (MSE)" },
      { value: "first_spike", label: "Time to first spike" },
    ],
  },
  read_last_steps: {
    label: "Read only the last",
    unit: "steps",
    kind: "int",
    min: 1,
    max: 10_000,
    empty: "all",
    help: "Steps at the end that count for the loss and for the decision, such as 10 after a silence. Empty for all of them.",
  },
  correct_rate: {
    label: "Right output's rate",
    kind: "float",
    min: 0,
    max: 1,
    help: "Share of the steps at which the right output is wanted to spike, for wanted rates; 0.8 is usual.",
  },
  incorrect_rate: {
    label: "Other outputs' rate",
    kind: "float",
    min: 0,
    max: 1,
    help: "Share of the steps at which the other outputs are wanted to spike, for wanted rates; 0 to 0.2 is usual.",
  },
  population: {
    label: "Outputs for each class",
    kind: "int",
    min: 1,
    max: 1000,
    help: "Neighbouring outputs whose spikes count together, for the losses spike count and wanted rates; 5 to 20 are usual.",
  },
  class_weights: {
    label: "Classes count",
    kind: "choice",
    help: "Balanced: samples of rare classes count more, so that every class counts the same.",
    choices: [
      { value: "equal", label: "by their samples" },
      { value: "balanced", label: "balanced" },
    ],
  },
  rate_penalty: {
    label: "Rate penalty",
    kind: "float",
    min: 0,
    max: 1_000_000,
    help: "Added to the loss: this times the squared distance of each hidden layer's rate from the wanted one; begin with 1 to 10.",
  },
  rate_target: {
    label: "Wanted rate",
    kind: "float",
    min: 0,
    max: 1,
    help: "Spikes per neuron and step wanted of hidden layers, where there is a penalty; 0 makes spikes sparse, 0.05 to 0.1 keeps some.",
  },
  truncate_steps: {
    label: "Truncate gradients",
    unit: "steps",
    kind: "int",
    min: 1,
    max: 10_000,
    empty: "all steps",
    help: "Gradients go back through at most so many steps, such as 10 to 50 of hundreds: less memory of the past. Empty for all.",
  },
  initial_weights: {
    label: "Initial weights",
    kind: "choice",
    help: "How weights are drawn before the first update.",
    choices: [
      { value: "torch", label: "torch's usual" },
      { value: "xavier", label: "Xavier (Glorot)" },
      { value: "kaiming", label: "Kaiming (He)" },
      { value: "orthogonal", label: "orthogonal" },
    ],
  },
  stop_after_epochs: {
    label: "Stop early after",
    unit: "epochs",
    kind: "int",
    min: 1,
    max: 100_000,
    empty: "never",
    help: "Epochs without a lower validation loss, after which the training ends; 5 to 20 are usual. Empty to train all epochs.",
  },
  keep_best: {
    label: "Keep the best epoch",
    kind: "flag",
    help: "The network that is kept is that of the epoch with the best validation accuracy.",
  },
  pixels: {
    label: "Input scale",
    kind: "choice",
    help: "Inputs scaled to 0–1, or to mean 0 and standard deviation 1 over the training set.",
    choices: [
      { value: "unit", label: "0 to 1" },
      { value: "standardised", label: "mean 0, sd 1" },
    ],
  },
  validation_share: {
    label: "Validation share",
    kind: "float",
    min: 0,
    max: 0.9,
    help: "Share of the training data kept aside to watch for overfitting; 0.1 is usual, 0 for none.",
  },
  seed: {
    label: "Seed",
    kind: "int",
    min: 0,
    max: 4_294_967_295,
    help: "Decides initial weights and order of samples. The same seed gives the same weights.",
  },
  split_seed: {
    label: "Split seed",
    kind: "int",
    min: 0,
    max: 4_294_967_295,
    help: "Decides which samples are kept for validation. Leave it, so that runs stay comparable.",
  },
  gradient_clip_norm: {
    label: "Gradient clip",
    kind: "float",
    min: 0,
    max: 1_000_000,
    open: "min",
    empty: "none",
    help: "Longest gradient allowed; longer ones are shortened. Empty for no limit; 1 tames explosions.",
  },
  keep_last_batch: {
    label: "Keep the last, smaller batch",
    kind: "flag",
    help: "Whether the rest of an epoch that does not fill a batch is trained on too.",
  },
  pace: {
    label: "Pace",
    kind: "choice",
    help: "Full speed; slow, about 20 updates per second, to watch; or one update at a time, each on a click.",
    choices: [
      { value: "full", label: "Full speed" },
      { value: "slow", label: "Slow, to watch" },
      { value: "update", label: "Update by update" },
    ],
  },
  engine: {
    label: "Engine",
    kind: "choice",
    help: "What computes: the fastest that fits, our fused kernels, or snnTorch step by step.",
    choices: [
      { value: "auto", label: "Fastest that fits" },
      { value: "fused", label: "Fused kernels" },
      { value: "reference", label: "snnTorch, step by step" },
    ],
  },
} satisfies Record<string, Field>;

const BIAS: Field = {
  label: "Bias",
  kind: "flag",
  help: "Gives each neuron, or each map, a constant input of its own, learned like a weight.",
};
const SIZE = {
  label: "Neurons",
  kind: "int",
  min: 1,
  max: 100_000,
  help: "Number of neurons in this layer.",
} satisfies Field;
const WINDOW: Record<string, Field> = {
  kernel: { label: "Window", unit: "wide", kind: "int", min: 2, max: 64, help: "Height and width of the window." },
  stride: {
    label: "Stride",
    kind: "int",
    min: 1,
    max: 64,
    empty: "as the window",
    help: "By how many places the window moves. Empty: side by side, so that none overlap.",
  },
};

export const LAYER_FIELDS = {
  dense: { size: SIZE, bias: BIAS },
  conv2d: {
    channels: {
      label: "Maps",
      kind: "int",
      min: 1,
      max: 4096,
      help: "Number of maps that the layer gives, one kernel for each.",
    },
    kernel: { label: "Kernel", unit: "wide", kind: "int", min: 1, max: 64, help: "Height and width of the kernel." },
    stride: { label: "Stride", kind: "int", min: 1, max: 64, help: "By how many places the kernel moves." },
    padding: {
      label: "Padding",
      kind: "int",
      min: 0,
      max: 64,
      help: "Rows and columns of zeros around each map; half the kernel keeps height and width.",
    },
    bias: BIAS,
  },
  max_pool: WINDOW,
  avg_pool: WINDOW,
  flatten: {},
  dropout: {
    share: {
      label: "Share",
      kind: "float",
      min: 0,
      max: 1,
      open: "max",
      help: "Share of values silenced at random while training; the others grow to keep the sum.",
    },
  },
  batch_norm: {
    momentum: {
      label: "Momentum",
      kind: "float",
      min: 0,
      max: 1,
      open: "min",
      help: "Share of the newest batch in the running means that count after training.",
    },
    epsilon: {
      label: "ε",
      kind: "float",
      min: 0,
      max: 1,
      open: "min",
      help: "Added to the variance, so that nothing is divided by zero.",
    },
  },
  recurrent: {
    size: SIZE,
    feedback: {
      label: "Feedback",
      kind: "choice",
      help: "Whether a spike comes back, one step later, to every neuron of the layer or only to the one that fired.",
      choices: [
        { value: "all_to_all", label: "to all neurons" },
        { value: "one_to_one", label: "each to itself" },
      ],
    },
    bias: BIAS,
  },
} satisfies Record<string, Record<string, Field>>;

const RESET: Field = {
  label: "Reset",
  kind: "choice",
  help: "What a spike does to the membrane one step later: subtract the threshold, set it to zero, or nothing.",
  choices: [
    { value: "subtract", label: "Subtract threshold" },
    { value: "zero", label: "To zero" },
    { value: "none", label: "None" },
  ],
};
const RESET_DELAY: Field = {
  label: "Reset one step later",
  kind: "flag",
  help: "As snnTorch does it by default; otherwise a spike resets the membrane within its own step.",
};
const slope = (help: string): Field => ({ label: "Slope", kind: "float", min: 0, max: 1000, open: "min", help });

/** What people read of each neuron's fields: the words and ranges of the spec, then how it resets and what it learns. */
export const NEURON_FIELDS: Record<string, Record<string, Field>> = Object.fromEntries(
  Object.entries(NEURONS).map(([kind, { fields, defaults }]) => [kind, fieldsOf(fields, defaults)]),
);

function fieldsOf(numbers: Record<string, Omit<Field, "kind">>, defaults: object): Record<string, Field> {
  const found: Record<string, Field> = {};
  for (const [name, field] of Object.entries(numbers)) found[name] = { ...field, kind: "float" };
  for (const [name, field] of Object.entries({ reset: RESET, reset_delay: RESET_DELAY })) {
    if (name in defaults) found[name] = field;
  }
  for (const [name, { label, symbol }] of Object.entries(numbers)) {
    const help = `Whether it is trained too: ${label.toLowerCase()}.`;
    if (`learn_${name}` in defaults) {
      found[`learn_${name}`] = { label: `${symbol ?? label} is`, help, kind: "choice", choices: LEARNING };
    }
  }
  return found;
}

export const SURROGATE_FIELDS: Record<string, Record<string, Field>> = {
  atan: { slope: slope("Steepness at the threshold; 2 is snnTorch's default.") },
  fast_sigmoid: { slope: slope("Steepness; 25 is snnTorch's default.") },
  sigmoid: { slope: slope("Steepness; 25 is snnTorch's default.") },
  triangular: { slope: slope("Height at the threshold, and 1 over the half width.") },
  straight_through: {},
  spike_rate_escape: {
    beta: { ...slope("Steepness of the exponential."), label: "Steepness" },
    slope: { ...slope("Height at the threshold."), label: "Height" },
  },
};

/** The range as a person reads it: `1 to 10,000`, `above 0`. */
export function rangeText(field: Field): string {
  if (field.kind !== "int" && field.kind !== "float") return "";
  const write = (value: number) => (value >= 1000 ? value.toLocaleString("en-US") : String(value));
  const lowOpen = field.open === "min" || field.open === "both";
  const highOpen = field.open === "max" || field.open === "both";
  const low = field.min === undefined ? "" : `${lowOpen ? "above " : ""}${write(field.min)}`;
  if (field.max === undefined) return low;
  return `${low} to ${highOpen ? "below " : ""}${write(field.max)}`;
}

/** Reads what was typed: a number where it is one (a decimal comma too), else the text itself for the server to judge. */
export function readTyped(field: Field, text: string): number | string | null {
  const trimmed = text.trim();
  if (field.kind === "text") return text;
  if (trimmed === "") return field.empty ? null : "";
  const plain = /^[^,.]*,[^,.]*$/.test(trimmed) ? trimmed.replace(",", ".") : trimmed;
  const value = Number(plain.replace("−", "-"));
  return Number.isFinite(value) ? value : trimmed;
}
