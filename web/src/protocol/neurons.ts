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
    "spikes": true,
    "recurrent": true,
    "in_millivolts": false,
    "summary": "First-order leaky integrate-and-fire neuron (LIF).",
    "fields": {
      "beta": {
        "label": "Membrane decay",
        "symbol": "β",
        "help": "Decay of the membrane per time step: 0 forgets at once, 1 never.",
        "min": 0.0,
        "max": 1.0
      },
      "threshold": {
        "label": "Threshold",
        "symbol": "θ",
        "help": "Membrane potential above which the neuron spikes.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      }
    }
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
    "spikes": true,
    "recurrent": false,
    "in_millivolts": false,
    "summary": "RC circuit, forward Euler; given by β alone (then R = 1), or by R, C and the time step.",
    "fields": {
      "beta": {
        "label": "Membrane decay",
        "symbol": "β",
        "help": "Decay exp(−Δt/RC) per time step; leave out when R and C are given.",
        "min": 0.0,
        "max": 1.0,
        "open": "both"
      },
      "resistance_ohm": {
        "label": "Resistance",
        "symbol": "R",
        "unit": "Ω",
        "help": "Through which the membrane leaks.",
        "min": 0.0,
        "open": "min"
      },
      "capacitance_f": {
        "label": "Capacitance",
        "symbol": "C",
        "unit": "F",
        "help": "Of the membrane; the gain of the input is Δt/C.",
        "min": 0.0,
        "open": "min"
      },
      "time_step_s": {
        "label": "Time step",
        "symbol": "Δt",
        "unit": "s",
        "help": "Simulated seconds per time step; with β alone it must stay 1.",
        "min": 0.0,
        "open": "min"
      },
      "threshold": {
        "label": "Threshold",
        "symbol": "θ",
        "help": "Membrane potential above which the neuron spikes.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      }
    }
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
    "spikes": true,
    "recurrent": true,
    "in_millivolts": false,
    "summary": "Second-order neuron: the input is first smoothed by a synaptic current i.",
    "fields": {
      "alpha": {
        "label": "Synaptic decay",
        "symbol": "α",
        "help": "Decay of the synaptic current per time step.",
        "min": 0.0,
        "max": 1.0
      },
      "beta": {
        "label": "Membrane decay",
        "symbol": "β",
        "help": "Decay of the membrane per time step.",
        "min": 0.0,
        "max": 1.0
      },
      "threshold": {
        "label": "Threshold",
        "symbol": "θ",
        "help": "Membrane potential above which the neuron spikes.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      }
    }
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
    "spikes": true,
    "recurrent": false,
    "in_millivolts": false,
    "summary": "Difference of two exponentials: the membrane answers a spike with a rise and a fall.",
    "fields": {
      "alpha": {
        "label": "Exciting decay",
        "symbol": "α",
        "help": "Decay of the exciting trace e; must exceed β.",
        "min": 0.0,
        "max": 1.0,
        "open": "both"
      },
      "beta": {
        "label": "Inhibiting decay",
        "symbol": "β",
        "help": "Decay of the inhibiting trace h.",
        "min": 0.0,
        "max": 1.0,
        "open": "both"
      },
      "threshold": {
        "label": "Threshold",
        "symbol": "θ",
        "help": "Membrane potential above which the neuron spikes.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      }
    }
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
    "spikes": true,
    "recurrent": true,
    "in_millivolts": false,
    "summary": "Leaky neuron whose threshold rises with its own spikes and falls back slowly (ALIF).",
    "fields": {
      "beta": {
        "label": "Membrane decay",
        "symbol": "β",
        "help": "Decay of the membrane per time step.",
        "min": 0.0,
        "max": 1.0
      },
      "rho": {
        "label": "Adaptation's decay",
        "symbol": "ρ",
        "help": "Decay of the adaptation per time step; .98 halves it in 34 steps, .995 in 138.",
        "min": 0.0,
        "max": 1.0
      },
      "adaptation": {
        "label": "Adaptation",
        "help": "By how much the threshold rises in a neuron that spikes at every step.",
        "min": 0.0,
        "max": 1000.0
      },
      "threshold": {
        "label": "Threshold",
        "symbol": "θ",
        "help": "Membrane potential above which the neuron spikes.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      }
    }
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
    "spikes": true,
    "recurrent": true,
    "in_millivolts": true,
    "summary": "Two-variable neuron of Izhikevich 2003: its four numbers make it fire regularly, in bursts, or fast.",
    "fields": {
      "a": {
        "label": "Recovery rate",
        "symbol": "a",
        "unit": "1/ms",
        "help": "Rate of the recovery u, per ms: .02 lasts about 50 ms.",
        "min": 0.0,
        "max": 1.0
      },
      "b": {
        "label": "Sensitivity",
        "symbol": "b",
        "help": "How strongly the recovery follows the membrane.",
        "min": -1.0,
        "max": 1.0
      },
      "c": {
        "label": "Reset to",
        "symbol": "c",
        "unit": "mV",
        "help": "Membrane after a spike, mV.",
        "min": -100.0,
        "max": 0.0
      },
      "d": {
        "label": "Jump",
        "symbol": "d",
        "help": "What a spike adds to the recovery.",
        "min": -50.0,
        "max": 50.0
      },
      "threshold": {
        "label": "Threshold",
        "symbol": "θ",
        "unit": "mV",
        "help": "Membrane above which it has spiked, mV; the peak of a spike, not where it begins (about −50).",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "time_step_ms": {
        "label": "Time step",
        "symbol": "Δt",
        "unit": "ms",
        "help": "Simulated milliseconds per time step; the paper takes 1, nothing coarser is tested.",
        "min": 0.0,
        "max": 1.0,
        "open": "min"
      },
      "input_gain": {
        "label": "Input gain",
        "help": "The model's input I for a current of 1; from I = 4 on a regular neuron fires.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "gradient_limit": {
        "label": "Gradient limit",
        "help": "Most by which a gradient may grow through a half step; the exact one's thousandfold growth hinders learning.",
        "min": 0.0,
        "max": 1000000.0,
        "open": "min"
      }
    }
  },
  "integrator": {
    "title": "Integrator",
    "defaults": {
      "kind": "integrator",
      "beta": 0.9,
      "learn_beta": "fixed"
    },
    "spikes": false,
    "recurrent": false,
    "in_millivolts": false,
    "summary": "Leaky integrator: a membrane that never spikes, for the output; read by its highest membrane (`max_membrane`).",
    "fields": {
      "beta": {
        "label": "Membrane decay",
        "symbol": "β",
        "help": "Decay of the membrane per time step: 0 forgets at once, 1 adds up its whole input.",
        "min": 0.0,
        "max": 1.0
      }
    }
  },
  "refractory_lif": {
    "title": "Refractory LIF",
    "defaults": {
      "learn_threshold": "fixed",
      "surrogate": {
        "kind": "atan",
        "slope": 2.0
      },
      "kind": "refractory_lif",
      "tau_rc_s": 0.02,
      "tau_ref_s": 0.002,
      "time_step_s": 0.001,
      "input_gain": 10.0,
      "threshold": 1.0
    },
    "spikes": true,
    "recurrent": true,
    "in_millivolts": false,
    "summary": "Leaky integrate-and-fire in seconds, as simulators of the Neural Engineering Framework have it.",
    "fields": {
      "tau_rc_s": {
        "label": "Membrane time constant",
        "symbol": "τ_rc",
        "unit": "s",
        "help": "Time in which the membrane loses all but 37 % without input.",
        "min": 0.0,
        "max": 10.0,
        "open": "min"
      },
      "tau_ref_s": {
        "label": "Refractory time",
        "symbol": "τ_ref",
        "unit": "s",
        "help": "Time after a spike in which the membrane stays at 0.",
        "min": 0.0,
        "max": 10.0
      },
      "time_step_s": {
        "label": "Time step",
        "symbol": "Δt",
        "unit": "s",
        "help": "Simulated seconds per time step; more than one spike in a step is not possible.",
        "min": 0.0,
        "max": 0.1,
        "open": "min"
      },
      "input_gain": {
        "label": "Input gain",
        "help": "The current J for an input of 1, such as a spike through a weight of 1.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "threshold": {
        "label": "Threshold",
        "symbol": "θ",
        "help": "Membrane potential above which the neuron spikes; a constant current must exceed it to be felt.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      }
    }
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
