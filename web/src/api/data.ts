/** The verbs for a person's own data; apart, so that they are loaded with their dialog. */
import { send, sendBytes } from "./request";
import type { OwnData } from "./types";

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
  /** Of a table the label's column, of an NPZ its array; empty to find out, as all below. */
  label: string;
  /** Of a table: the columns to leave out. */
  ignore: string[];
  header: "" | "true" | "false";
  delimiter: string;
  decimal: string;
}

/** Gives what a person chose as the server's query; what is left to be found out is not in it. */
export function ownQuery(name: string, choice: OwnChoice): URLSearchParams {
  const { side, overTime, testShare, frames, clip, polarity, label, ignore, header, delimiter, decimal } = choice;
  const query = new URLSearchParams({
    file: name,
    over_time: String(overTime),
    test_share: String(testShare),
    frames: String(frames),
    clip: String(clip),
    polarity: String(polarity),
  });
  if (side !== null) query.set("side", String(side));
  for (const [key, value] of Object.entries({ label, header, delimiter, decimal })) if (value) query.set(key, value);
  for (const column of ignore) query.append("ignore", column);
  return query;
}

export const dataApi = {
  /** Reads own data and keeps it, or only says how it would be read. */
  readOwn: (file: Blob, name: string, choice: OwnChoice, keep: boolean) => {
    const query = ownQuery(name, choice);
    if (!keep) query.set("check", "true");
    return sendBytes<OwnData>(`/datasets/own?${query}`, file);
  },
  remove: (name: string) => send<unknown>("DELETE", `/datasets/${encodeURIComponent(name)}`),
};
