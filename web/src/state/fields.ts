/** Every field that can be edited: its label, unit, range and one line of help. A test holds it to the server's schema. */

export interface Choice {
  value: string;
  label: string;
}

export interface Field {
  label: string;
  /** The field's own letter, as papers write it. */
  symbol?: string;
  unit?: string;
  help: string;
  kind: "int" | "float" | "choice" | "flag" | "text";
  min?: number;
  max?: number;
  /** The bounds themselves are not allowed. */
  open?: "min" | "max" | "both";
  choices?: Choice[];
  /** What an empty field means, where one may be empty. */
  empty?: string;
}

const LEARNING: Choice[] = [
  { value: "fixed", label: "fixed" },
  { value: "shared", label: "learned, one per layer" },
  { value: "per_neuron", label: "learned, one per neuron" },
];

const decay = (label: string, symbol: string, help: string, open?: "both"): Field => ({
  label,
  symbol,
  help,
  kind: "float",
  min: 0,
  max: 1,
  open,
});
const learned = (label: string, help: string): Field => ({ label, help, kind: "choice", choices: LEARNING });

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
    help: "Passes over the training data. More learn longer, and may overfit.",
  },
  num_steps: {
    label: "Time steps",
    unit: "per sample",
    kind: "int",
    min: 1,
    max: 10_000,
    help: "Simulated steps in which a sample is shown. More give finer spike counts and take longer.",
  },
  batch_size: {
    label: "Batch size",
    unit: "samples",
    kind: "int",
    min: 1,
    max: 65_536,
    help: "Samples per update of the weights. Small ones learn more per epoch, large ones run faster.",
  },
  learning_rate: {
    label: "Learning rate",
    kind: "float",
    min: 0,
    max: 10,
    open: "min",
    help: "Step size of the optimizer; with a schedule, its peak. 0.0005 to 0.005 is usual.",
  },
  schedule: {
    label: "Schedule",
    kind: "choice",
    help: "How the learning rate moves: constant, or up and then down to almost nothing.",
    choices: [
      { value: "constant", label: "Constant" },
      { value: "one_cycle", label: "One cycle" },
    ],
  },
  loss: {
    label: "Loss",
    kind: "choice",
    help: "What is minimised: cross-entropy on the output's membrane at every step, or on its spike counts.",
    choices: [
      { value: "membrane", label: "Membrane, every step" },
      { value: "count", label: "Spike count" },
    ],
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

export const ADAM_FIELDS = {
  beta1: {
    label: "Adam β₁",
    kind: "float",
    min: 0,
    max: 1,
    open: "max",
    help: "Decay of the mean of gradients; 0.9 as a rule.",
  },
  beta2: {
    label: "Adam β₂",
    kind: "float",
    min: 0,
    max: 1,
    open: "max",
    help: "Decay of the mean of squared gradients; 0.999 as a rule.",
  },
  epsilon: {
    label: "Adam ε",
    kind: "float",
    min: 0,
    max: 1,
    open: "min",
    help: "Added to the divisor, so that it is never zero; 1e-8 as a rule.",
  },
} satisfies Record<string, Field>;

export const ONE_CYCLE_FIELDS = {
  warm_up_share: {
    label: "Warm-up share",
    kind: "float",
    min: 0,
    max: 1,
    open: "max",
    help: "Share of the updates in which the learning rate rises.",
  },
  start_divisor: {
    label: "Start divisor",
    kind: "float",
    min: 1,
    max: 1e4,
    help: "The first learning rate is the peak over this.",
  },
  end_divisor: {
    label: "End divisor",
    kind: "float",
    min: 1,
    max: 1e8,
    help: "The last learning rate is the first over this.",
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

const THRESHOLD: Field = {
  label: "Threshold",
  symbol: "θ",
  kind: "float",
  min: 0,
  max: 1000,
  open: "min",
  help: "Membrane potential above which the neuron spikes.",
};
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
const LEARN_THRESHOLD = learned("Threshold is", "Whether the threshold is trained too.");
const LEARN_BETA = learned("β is", "Whether the membrane's decay is trained too.");
const LEARN_ALPHA = learned("α is", "Whether this decay is trained too.");
const COMMON = { threshold: THRESHOLD, learn_threshold: LEARN_THRESHOLD, reset: RESET };

export const NEURON_FIELDS: Record<string, Record<string, Field>> = {
  leaky: {
    beta: decay("Membrane decay", "β", "Kept of the membrane per step: 0 forgets at once, 1 never."),
    learn_beta: LEARN_BETA,
    ...COMMON,
  },
  lapicque: {
    beta: decay("Membrane decay", "β", "exp(−Δt/RC) per time step. The input's gain follows from it.", "both"),
    resistance_ohm: {
      label: "Resistance",
      symbol: "R",
      unit: "Ω",
      kind: "float",
      min: 0,
      open: "min",
      help: "Through which the membrane leaks.",
    },
    capacitance_f: {
      label: "Capacitance",
      symbol: "C",
      unit: "F",
      kind: "float",
      min: 0,
      open: "min",
      help: "Of the membrane. The gain of the input is Δt/C.",
    },
    time_step_s: {
      label: "Time step",
      symbol: "Δt",
      unit: "s",
      kind: "float",
      min: 0,
      open: "min",
      help: "Simulated seconds per step; at most R·C.",
    },
    learn_beta: LEARN_BETA,
    ...COMMON,
  },
  synaptic: {
    alpha: decay("Synaptic decay", "α", "Kept of the synaptic current per step."),
    learn_alpha: LEARN_ALPHA,
    beta: decay("Membrane decay", "β", "Kept of the membrane per step."),
    learn_beta: LEARN_BETA,
    ...COMMON,
  },
  alpha: {
    alpha: decay("Exciting decay", "α", "Decay of the exciting trace; must be above β.", "both"),
    learn_alpha: LEARN_ALPHA,
    beta: decay("Inhibiting decay", "β", "Decay of the inhibiting trace; must be below α.", "both"),
    learn_beta: LEARN_BETA,
    ...COMMON,
  },
};

const slope = (help: string): Field => ({ label: "Slope", kind: "float", min: 0, max: 1000, open: "min", help });

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
