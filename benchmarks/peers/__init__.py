"""The same network in each peer's words; every module here needs its peer's packages only."""
