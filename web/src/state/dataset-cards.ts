/** The data sets as cards: those that differ only in a number share one. */
import type { DatasetRow } from "../api";

export interface DatasetCard {
  info: DatasetRow;
  /** The members of a family by their number, as parity's bits; empty for a data set that stands alone. */
  members: { number: number; info: DatasetRow }[];
  /** What the number is. */
  numbered: string;
}

const FAMILY = /^(parity|memory)(?:-(\d+))?$/;
/** The number that a family shows as long as none of it is chosen, and that of a name without one. */
const FIRST: Record<string, number> = { parity: 4, memory: 100 };
const NUMBERED: Record<string, string> = { parity: "Bits", memory: "Silent steps" };

/** Gives a card for each data set and one for each family, in the order of the list. */
export function datasetCards(datasets: DatasetRow[], chosen: string): DatasetCard[] {
  const cards: DatasetCard[] = [];
  const families = new Map<string, DatasetCard>();
  for (const info of datasets) {
    const [, family, digits] = FAMILY.exec(info.name) ?? [];
    const member = { number: Number(digits ?? FIRST[family]), info };
    const known = families.get(family);
    if (known) {
      known.members.push(member);
      if (info.name === chosen || (known.info.name !== chosen && member.number === FIRST[family])) known.info = info;
    } else {
      const card = { info, members: family ? [member] : [], numbered: NUMBERED[family] ?? "" };
      if (family) families.set(family, card);
      cards.push(card);
    }
  }
  return cards;
}
