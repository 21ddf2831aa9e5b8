/** The verbs for a person's own data; apart, so that they are loaded with their dialog. */
import { get, send, sendBytes } from "./request";
import type { OwnData, SampleBlock } from "./types";

export interface OwnChoice {
  /** Height and width that pictures are brought to; null as they are. */
  side: number | null;
  /** Whether the second axis of an NPZ's samples is time. */
  overTime: boolean;
  testShare: number;
  /** Of events: into how many frames they are counted, the most that count at a place, and whether by polarity. */
  frames: number;
  clip: number;
  polarity: boolean;
}

export const dataApi = {
  importOwn: (file: Blob, name: string, choice: OwnChoice) => {
    const { side, overTime, testShare, frames, clip, polarity } = choice;
    const query = new URLSearchParams({
      file: name,
      over_time: String(overTime),
      test_share: String(testShare),
      frames: String(frames),
      clip: String(clip),
      polarity: String(polarity),
    });
    if (side !== null) query.set("side", String(side));
    return sendBytes<OwnData>(`/datasets/own?${query}`, file);
  },
  remove: (name: string) => send<unknown>("DELETE", `/datasets/${encodeURIComponent(name)}`),
  samples: (name: string, indices: number[]) =>
    get<SampleBlock>(`/datasets/${encodeURIComponent(name)}/samples?split=train&indices=${indices.join()}`),
};
