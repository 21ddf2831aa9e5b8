"""The addresses below /api, one file per subject."""
