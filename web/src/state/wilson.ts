/** 97.5 % quantile of the normal distribution: a two-sided interval of 95 %. */
const Z = 1.959963984540054;

/** Wilson's score interval of a share: right even near 0 and 1 and for few samples. Wilson, JASA 22 (1927). */
export function wilson(share: number, samples: number): [number, number] {
  if (samples <= 0) return [0, 1];
  const z2 = (Z * Z) / samples;
  const centre = share + z2 / 2;
  const half = Z * Math.sqrt((share * (1 - share)) / samples + z2 / (4 * samples));
  return [Math.max(0, (centre - half) / (1 + z2)), Math.min(1, (centre + half) / (1 + z2))];
}
