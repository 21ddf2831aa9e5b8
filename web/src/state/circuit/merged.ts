import type { CircuitReport } from "../../api";

/** Reports of samples that were simulated one by one, as one of all. */
export function merged(reports: readonly CircuitReport[]): CircuitReport {
  const measures = reports.map(({ agreement }) => agreement);
  const sum = (of: (one: (typeof measures)[0]) => number) => measures.reduce((total, one) => total + of(one), 0);
  const most = (of: (one: (typeof measures)[0]) => number) => Math.max(...measures.map(of));
  return {
    num_steps: reports[0].num_steps,
    right: reports.reduce((total, { right }) => total + right, 0),
    samples: reports.flatMap(({ samples }) => samples),
    traces: reports.flatMap(({ traces }) => traces),
    agreement: {
      samples: sum((one) => one.samples),
      predictions_equal: sum((one) => one.predictions_equal),
      count_error: sum((one) => one.count_error * one.samples) / sum((one) => one.samples),
      largest_count_error: most((one) => one.largest_count_error),
      spikes: sum((one) => one.spikes),
      spikes_differing: sum((one) => one.spikes_differing),
      residual: most((one) => one.residual),
      root_causes: sum((one) => one.root_causes),
      unexplained: sum((one) => one.unexplained),
    },
  };
}
