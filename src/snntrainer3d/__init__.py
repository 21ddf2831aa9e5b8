"""Design, train and see spiking neural networks."""

__version__ = "0.1.0"
