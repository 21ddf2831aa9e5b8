/** A field that can be edited. */

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
