"""The store's form over time: one file per step, run by database.py when a store is opened."""
