// Made by `make generate` from the Python models; edit those.

export const NEURONS = {
  "leaky": {
    "title": "Leaky",
    "defaults": {
      "threshold": 1.0,
      "learn_threshold": "fixed",
      "reset": "subtract",
      "surrogate": {
        "kind": "atan",
        "slope": 2.0
      },
      "kind": "leaky",
      "beta": 0.9,
      "learn_beta": "fixed",
      "reset_delay": true
    },
    "ranges": {
      "threshold": {
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "beta": {
        "min": 0.0,
        "max": 1.0
      }
    },
    "spikes": true,
    "recurrent": true
  },
  "lapicque": {
    "title": "Lapicque",
    "defaults": {
      "threshold": 1.0,
      "learn_threshold": "fixed",
      "reset": "subtract",
      "surrogate": {
        "kind": "atan",
        "slope": 2.0
      },
      "kind": "lapicque",
      "beta": 0.9,
      "time_step_s": 1.0,
      "learn_beta": "fixed"
    },
    "ranges": {
      "threshold": {
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "beta": {
        "min": 0.0,
        "max": 1.0,
        "open": "both"
      },
      "resistance_ohm": {
        "min": 0.0,
        "open": "min"
      },
      "capacitance_f": {
        "min": 0.0,
        "open": "min"
      },
      "time_step_s": {
        "min": 0.0,
        "open": "min"
      }
    },
    "spikes": true,
    "recurrent": false
  },
  "synaptic": {
    "title": "Synaptic",
    "defaults": {
      "threshold": 1.0,
      "learn_threshold": "fixed",
      "reset": "subtract",
      "surrogate": {
        "kind": "atan",
        "slope": 2.0
      },
      "kind": "synaptic",
      "alpha": 0.5,
      "beta": 0.9,
      "learn_alpha": "fixed",
      "learn_beta": "fixed",
      "reset_delay": true
    },
    "ranges": {
      "threshold": {
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "alpha": {
        "min": 0.0,
        "max": 1.0
      },
      "beta": {
        "min": 0.0,
        "max": 1.0
      }
    },
    "spikes": true,
    "recurrent": true
  },
  "alpha": {
    "title": "Alpha",
    "defaults": {
      "threshold": 1.0,
      "learn_threshold": "fixed",
      "reset": "zero",
      "surrogate": {
        "kind": "atan",
        "slope": 2.0
      },
      "kind": "alpha",
      "alpha": 0.95,
      "beta": 0.9,
      "learn_alpha": "fixed",
      "learn_beta": "fixed"
    },
    "ranges": {
      "threshold": {
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "alpha": {
        "min": 0.0,
        "max": 1.0,
        "open": "both"
      },
      "beta": {
        "min": 0.0,
        "max": 1.0,
        "open": "both"
      }
    },
    "spikes": true,
    "recurrent": false
  },
  "adaptive": {
    "title": "Adaptive",
    "defaults": {
      "threshold": 1.0,
      "learn_threshold": "fixed",
      "reset": "subtract",
      "surrogate": {
        "kind": "atan",
        "slope": 2.0
      },
      "kind": "adaptive",
      "beta": 0.9,
      "rho": 0.98,
      "adaptation": 1.0,
      "learn_beta": "fixed",
      "learn_rho": "fixed",
      "learn_adaptation": "fixed"
    },
    "ranges": {
      "threshold": {
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "beta": {
        "min": 0.0,
        "max": 1.0
      },
      "rho": {
        "min": 0.0,
        "max": 1.0
      },
      "adaptation": {
        "min": 0.0,
        "max": 1000.0
      }
    },
    "spikes": true,
    "recurrent": true
  },
  "izhikevich": {
    "title": "Izhikevich",
    "defaults": {
      "kind": "izhikevich",
      "a": 0.02,
      "b": 0.2,
      "c": -65.0,
      "d": 8.0,
      "threshold": 30.0,
      "time_step_ms": 1.0,
      "input_gain": 100.0,
      "gradient_limit": 1.0,
      "learn_a": "fixed",
      "learn_b": "fixed",
      "learn_c": "fixed",
      "learn_d": "fixed",
      "learn_threshold": "fixed",
      "surrogate": {
        "kind": "atan",
        "slope": 0.01
      }
    },
    "ranges": {
      "a": {
        "min": 0.0,
        "max": 1.0
      },
      "b": {
        "min": -1.0,
        "max": 1.0
      },
      "c": {
        "min": -100.0,
        "max": 0.0
      },
      "d": {
        "min": -50.0,
        "max": 50.0
      },
      "threshold": {
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "time_step_ms": {
        "min": 0.0,
        "max": 1.0,
        "open": "min"
      },
      "input_gain": {
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "gradient_limit": {
        "min": 0.0,
        "max": 1000000.0,
        "open": "min"
      }
    },
    "spikes": true,
    "recurrent": true
  },
  "integrator": {
    "title": "Integrator",
    "defaults": {
      "kind": "integrator",
      "beta": 0.9,
      "learn_beta": "fixed"
    },
    "ranges": {
      "beta": {
        "min": 0.0,
        "max": 1.0
      }
    },
    "spikes": false,
    "recurrent": false
  }
} as const;

export const SURROGATES = {
  "atan": {
    "kind": "atan",
    "slope": 2.0
  },
  "fast_sigmoid": {
    "kind": "fast_sigmoid",
    "slope": 25.0
  },
  "sigmoid": {
    "kind": "sigmoid",
    "slope": 25.0
  },
  "triangular": {
    "kind": "triangular",
    "slope": 1.0
  },
  "straight_through": {
    "kind": "straight_through"
  },
  "spike_rate_escape": {
    "kind": "spike_rate_escape",
    "beta": 1.0,
    "slope": 25.0
  }
} as const;
