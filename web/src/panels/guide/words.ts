/** The words of the field and of this page, for those to whom they are new; in the order in which one meets them. */
import { NEURONS } from "../../api";

export interface Word {
  word: string;
  meaning: string;
}

export const WORDS: Word[] = [
  {
    word: "Spiking neuron",
    meaning: "Gathers input in its membrane over time and sends a spike, a one, when that passes its threshold.",
  },
  {
    word: "Membrane",
    meaning:
      "What a neuron holds of its input so far. From step to step it keeps the share β of it and leaks the rest.",
  },
  { word: "Threshold", meaning: "The membrane at which a neuron spikes." },
  {
    word: "Reset",
    meaning: "What a spike does to the membrane: subtract takes the threshold away, zero empties it, none leaves it.",
  },
  {
    word: "β, α",
    meaning:
      "The share of the membrane, and of the synaptic current, that is kept from step to step: 0 forgets at once, 1 never.",
  },
  ...Object.values(NEURONS).map(({ title, summary }) => ({ word: title, meaning: summary })),
  {
    word: "Population",
    meaning:
      "Several neurons for one thing: of the outputs, so many speak for each class; of the input, so many share each value, every one for its own range.",
  },
  {
    word: "Template",
    meaning: "A whole network to begin with, made for the data set: its layers, and what it wants of the training.",
  },
  {
    word: "Recipe",
    meaning:
      "Settings of training and neurons that go well together, from the paper or measured: one click sets them all, and each can still be changed.",
  },
  {
    word: "Time steps",
    meaning:
      "How often a sample is shown to the network before its answer is read. More steps decide better and cost more.",
  },
  {
    word: "Coding",
    meaning:
      "How a sample becomes input over time: the same value at each step, spikes by chance, earlier for brighter …",
  },
  {
    word: "Reading",
    meaning:
      "How an answer is made of the output neurons: who spikes most, who spikes first, whose membrane is highest.",
  },
  {
    word: "Surrogate gradient",
    meaning:
      "A spike has no slope to learn by. Going backward, the step is replaced by a smooth one; its slope says how steep.",
  },
  {
    word: "Weight",
    meaning: "How strongly one neuron drives another, and with which sign. Each line of the view is one.",
  },
  {
    word: "Strongest",
    meaning:
      "A slider of the view: of each block of weights between two layers only so many are drawn, the largest. It changes the picture, not the network.",
  },
  {
    word: "Exposure",
    meaning:
      "A slider of the view, as on a camera: how much ink each weight gets. More shows weak ones; less keeps many from running together.",
  },
  {
    word: "Receptive field",
    meaning: "The weights into one neuron, laid out as the picture that it looks for.",
  },
  { word: "Raster", meaning: "A dot for each spike: time to the right, neurons from top to bottom." },
  { word: "Firing rate", meaning: "Spikes of a neuron per time step, averaged over samples." },
  { word: "Batch", meaning: "Samples that are looked at together before the weights change once." },
  { word: "Update", meaning: "One change of all weights, after one batch." },
  { word: "Epoch", meaning: "Updates until every training sample was seen once." },
  {
    word: "Learning rate",
    meaning: "How far an update goes. Too large and the loss jumps, too small and nothing is learned.",
  },
  { word: "Loss", meaning: "How wrong the network is, as a number that training makes small." },
  {
    word: "Training, validation, test",
    meaning:
      "Samples to learn from; samples held back from these, to choose settings by; samples that are looked at once, at the end, for the figure that counts.",
  },
  {
    word: "Confusion matrix",
    meaning: "Rows are what a sample is, columns what the network said: off the diagonal are the mistakes.",
  },
  {
    word: "Tie",
    meaning: "Two outputs lead with as many spikes. The first of them counts; how often that happens is told.",
  },
  {
    word: "Interval (95 %)",
    meaning: "Where the true accuracy probably lies: so many test samples tell no more than that.",
  },
  {
    word: "Precision, recall, F1",
    meaning: "Of those called a class, how many are; of a class, how many were found; both in one.",
  },
  {
    word: "Seed",
    meaning:
      "The number that all chance of a run comes from: the same seed gives the same weights. Compare over several.",
  },
  { word: "Snapshot", meaning: "Weights kept for the film of how the network grew." },
  { word: "Checkpoint", meaning: "All that a training needs to go on from, kept after each epoch." },
  {
    word: "Engine",
    meaning:
      "What computes: fused kernels of ours, or snnTorch's own steps one after the other. Both make the same updates.",
  },
];
