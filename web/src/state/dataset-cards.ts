/** The data sets as cards: those that differ only in a number share one. */
import type { DatasetRow } from "../api";

export interface DatasetCard {
  info: DatasetRow;
  /** The members of a family by their number, parity's bits; empty for a data set that stands alone. */
  members: { number: number; info: DatasetRow }[];
}

const FAMILY = /^(parity)-(\d+)$/;
/** The number that a family shows as long as none of it is chosen. */
const FIRST: Record<string, number> = { parity: 4 };

/** Gives a card for each data set and one for each family, in the order of the list. */
export function datasetCards(datasets: DatasetRow[], chosen: string): DatasetCard[] {
  const cards: DatasetCard[] = [];
  const families = new Map<string, DatasetCard>();
  for (const info of datasets) {
    const [, family, digits] = FAMILY.exec(info.name) ?? [];
    const member = { number: Number(digits), info };
    const known = families.get(family);
    if (known) {
      known.members.push(member);
      if (info.name === chosen || (known.info.name !== chosen && member.number === FIRST[family])) known.info = info;
    } else {
      const card = { info, members: family ? [member] : [] };
      if (family) families.set(family, card);
      cards.push(card);
    }
  }
  return cards;
}
