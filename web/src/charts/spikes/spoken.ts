/** A number of things as it is read aloud: 1 spike, 2 spikes. */
export const spokenCount = (value: number, one: string): string => `${value} ${value === 1 ? one : `${one}s`}`;
