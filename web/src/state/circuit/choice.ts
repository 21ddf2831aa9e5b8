export const MOST_SAMPLES = 20;

/** Numbers of samples as people write them, "0, 3, 8-10"; a sentence where they cannot be meant. */
export function samplesFrom(text: string, total: number): number[] | string {
  const found: number[] = [];
  for (const part of text.split(/[,;\s]+/).filter(Boolean)) {
    const [, begin, end] = /^(\d{1,7})(?:[-–](\d{1,7}))?$/.exec(part) ?? [];
    if (begin === undefined) return `“${part}” is no number of a sample: write 0, 3, 8-10.`;
    const last = Number(end ?? begin);
    if (last < Number(begin)) return `“${part}” runs backwards.`;
    if (last >= total) return `The test set has the samples 0 to ${total - 1}.`;
    for (let at = Number(begin); at <= last && found.length <= MOST_SAMPLES; at += 1)
      if (!found.includes(at)) found.push(at);
  }
  if (found.length === 0) return "Name at least one sample: 0, 3, 8-10.";
  return found.length > MOST_SAMPLES ? `At most ${MOST_SAMPLES} samples are simulated at a time.` : found;
}
