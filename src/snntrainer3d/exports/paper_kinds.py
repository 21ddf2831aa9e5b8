"""The neurons of the program that Jurj et al. 2024 published, by their kinds here."""

KINDS = {"leaky": "Leaky", "lapicque": "Lapique", "synaptic": "Synaptic", "alpha": "Alpha"}
"""The program writes Lapicque with one c, and looks for that."""
READ = {name.lower(): kind for kind, name in KINDS.items()} | {kind: kind for kind in KINDS}
"""How it, and people, write them, in small letters."""
