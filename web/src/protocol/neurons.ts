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
  },
  "conductance_lif": {
    "title": "Conductance LIF",
    "defaults": {
      "learn_threshold": "fixed",
      "surrogate": {
        "kind": "atan",
        "slope": 0.2
      },
      "kind": "conductance_lif",
      "tau_m_ms": 100.0,
      "tau_e_ms": 1.0,
      "tau_i_ms": 2.0,
      "tau_theta_ms": 10000000.0,
      "tau_ref_ms": 5.0,
      "rest_mv": -65.0,
      "reset_mv": -65.0,
      "rise_mv": 0.05,
      "time_step_ms": 0.5,
      "input_gain": 10.0,
      "threshold": -52.0
    },
    "spikes": true,
    "recurrent": true,
    "in_millivolts": true,
    "summary": "Leaky integrate-and-fire with conductances and an adaptive threshold, the excitatory cell of Diehl & Cook 2015.",
    "fields": {
      "tau_m_ms": {
        "label": "Membrane time constant",
        "symbol": "τ_m",
        "unit": "ms",
        "help": "Time in which the membrane falls to rest without input.",
        "min": 1.0,
        "max": 1000.0
      },
      "tau_e_ms": {
        "label": "Excitation's time constant",
        "symbol": "τ_e",
        "unit": "ms",
        "help": "Of the conductance that positive inputs open.",
        "min": 1.0,
        "max": 1000.0
      },
      "tau_i_ms": {
        "label": "Inhibition's time constant",
        "symbol": "τ_i",
        "unit": "ms",
        "help": "Of the conductance that negative inputs open.",
        "min": 1.0,
        "max": 1000.0
      },
      "tau_theta_ms": {
        "label": "Threshold's time constant",
        "symbol": "τ_θ",
        "unit": "ms",
        "help": "Time in which a raised threshold comes back; the publication's is hours.",
        "min": 1.0,
        "max": 1000000000.0
      },
      "tau_ref_ms": {
        "label": "Refractory time",
        "symbol": "τ_ref",
        "unit": "ms",
        "help": "Time after a spike in which the membrane stays at the reset.",
        "min": 0.0,
        "max": 1000.0
      },
      "rest_mv": {
        "label": "Rest",
        "unit": "mV",
        "help": "Membrane without input, and at the start.",
        "min": -100.0,
        "max": 0.0
      },
      "reset_mv": {
        "label": "Reset to",
        "unit": "mV",
        "help": "Membrane after a spike.",
        "min": -100.0,
        "max": 0.0
      },
      "rise_mv": {
        "label": "Threshold's rise",
        "unit": "mV",
        "help": "What a spike adds to the threshold.",
        "min": 0.0,
        "max": 100.0
      },
      "time_step_ms": {
        "label": "Time step",
        "symbol": "Δt",
        "unit": "ms",
        "help": "Simulated time per step; .5 in the publication.",
        "min": 0.0,
        "max": 1.0,
        "open": "min"
      },
      "input_gain": {
        "label": "Input gain",
        "help": "The conductance that an input of 1 opens, in units of the leak.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "threshold": {
        "label": "Threshold",
        "unit": "mV",
        "help": "Membrane above which the neuron spikes, before any rise.",
        "min": -100.0,
        "max": 0.0
      }
    }
  },
  "quadratic_if": {
    "title": "Quadratic IF",
    "defaults": {
      "learn_threshold": "fixed",
      "surrogate": {
        "kind": "atan",
        "slope": 0.3
      },
      "kind": "quadratic_if",
      "tau_ms": 10.0,
      "bias": -0.25,
      "reset_to": -10.0,
      "time_step_ms": 1.0,
      "input_gain": 10.0,
      "threshold": 10.0,
      "learn_bias": "fixed"
    },
    "spikes": true,
    "recurrent": true,
    "in_millivolts": false,
    "summary": "Quadratic integrate-and-fire: τ·dv/dt = v² + I, the normal form of cells that can fire at any low rate.",
    "fields": {
      "tau_ms": {
        "label": "Time constant",
        "symbol": "τ",
        "unit": "ms",
        "help": "Of the membrane.",
        "min": 1.0,
        "max": 1000.0
      },
      "bias": {
        "label": "Bias",
        "help": "The current I without input; above 0 the neuron fires by itself.",
        "min": -100.0,
        "max": 100.0
      },
      "reset_to": {
        "label": "Reset to",
        "help": "Membrane after a spike.",
        "min": -20.0,
        "max": 0.0
      },
      "time_step_ms": {
        "label": "Time step",
        "symbol": "Δt",
        "unit": "ms",
        "help": "Simulated time per step.",
        "min": 0.0,
        "max": 1.0,
        "open": "min"
      },
      "input_gain": {
        "label": "Input gain",
        "help": "The current I that an input of 1 adds.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "threshold": {
        "label": "Threshold",
        "symbol": "θ",
        "help": "Membrane above which it has spiked: the peak of a spike, not where it begins.",
        "min": 0.0,
        "max": 100.0,
        "open": "min"
      }
    }
  },
  "exponential_if": {
    "title": "Exponential IF",
    "defaults": {
      "learn_threshold": "fixed",
      "surrogate": {
        "kind": "atan",
        "slope": 0.05
      },
      "kind": "exponential_if",
      "tau_ms": 12.0,
      "rest_mv": -65.0,
      "reset_mv": -60.0,
      "onset_mv": -55.0,
      "sharpness_mv": 2.0,
      "time_step_ms": 1.0,
      "input_gain_mv": 40.0,
      "threshold": -30.0
    },
    "spikes": true,
    "recurrent": true,
    "in_millivolts": true,
    "summary": "Exponential integrate-and-fire: above v_T the membrane rises by itself, exponentially.",
    "fields": {
      "tau_ms": {
        "label": "Time constant",
        "symbol": "τ",
        "unit": "ms",
        "help": "Of the membrane.",
        "min": 1.0,
        "max": 1000.0
      },
      "rest_mv": {
        "label": "Rest",
        "symbol": "v_rest",
        "unit": "mV",
        "help": "Membrane without input, and at the start.",
        "min": -100.0,
        "max": 0.0
      },
      "reset_mv": {
        "label": "Reset to",
        "unit": "mV",
        "help": "Membrane after a spike.",
        "min": -100.0,
        "max": 0.0
      },
      "onset_mv": {
        "label": "Spike's onset",
        "symbol": "v_T",
        "unit": "mV",
        "help": "Membrane from which on it rises by itself.",
        "min": -100.0,
        "max": 0.0
      },
      "sharpness_mv": {
        "label": "Sharpness",
        "symbol": "Δ",
        "unit": "mV",
        "help": "Over how many mV the rise begins: the less, the more sudden.",
        "min": 0.1,
        "max": 20.0
      },
      "time_step_ms": {
        "label": "Time step",
        "symbol": "Δt",
        "unit": "ms",
        "help": "Simulated time per step.",
        "min": 0.0,
        "max": 1.0,
        "open": "min"
      },
      "input_gain_mv": {
        "label": "Input gain",
        "unit": "mV",
        "help": "The current times the membrane's resistance, in mV, for an input of 1.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "threshold": {
        "label": "Threshold",
        "unit": "mV",
        "help": "Membrane above which it has spiked: the peak of a spike, not where it begins.",
        "min": -100.0,
        "max": 100.0
      }
    }
  },
  "adaptive_exponential_if": {
    "title": "Adaptive exponential IF",
    "defaults": {
      "learn_threshold": "fixed",
      "surrogate": {
        "kind": "atan",
        "slope": 0.02
      },
      "kind": "adaptive_exponential_if",
      "capacitance_pf": 281.0,
      "leak_ns": 30.0,
      "rest_mv": -70.6,
      "reset_mv": -70.6,
      "onset_mv": -50.4,
      "sharpness_mv": 2.0,
      "tau_w_ms": 144.0,
      "a_ns": 4.0,
      "jump_pa": 80.5,
      "time_step_ms": 1.0,
      "input_gain_pa": 3000.0,
      "threshold": 20.0,
      "learn_a_ns": "fixed",
      "learn_jump_pa": "fixed"
    },
    "spikes": true,
    "recurrent": true,
    "in_millivolts": true,
    "summary": "Adaptive exponential integrate-and-fire (AdEx): two variables that follow recorded cortical cells closely.",
    "fields": {
      "capacitance_pf": {
        "label": "Capacitance",
        "symbol": "C",
        "unit": "pF",
        "help": "Of the membrane.",
        "min": 10.0,
        "max": 10000.0
      },
      "leak_ns": {
        "label": "Leak",
        "symbol": "g_L",
        "unit": "nS",
        "help": "Conductance through which the membrane falls to rest.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "rest_mv": {
        "label": "Rest",
        "symbol": "E_L",
        "unit": "mV",
        "help": "Membrane without input, and at the start.",
        "min": -100.0,
        "max": 0.0
      },
      "reset_mv": {
        "label": "Reset to",
        "unit": "mV",
        "help": "Membrane after a spike; about −47 lets a cell fire in bursts.",
        "min": -100.0,
        "max": 0.0
      },
      "onset_mv": {
        "label": "Spike's onset",
        "symbol": "v_T",
        "unit": "mV",
        "help": "Membrane from which on it rises by itself.",
        "min": -100.0,
        "max": 0.0
      },
      "sharpness_mv": {
        "label": "Sharpness",
        "symbol": "Δ",
        "unit": "mV",
        "help": "Over how many mV the rise begins: the less, the more sudden.",
        "min": 0.1,
        "max": 20.0
      },
      "tau_w_ms": {
        "label": "Adaptation's time constant",
        "symbol": "τ_w",
        "unit": "ms",
        "help": "Time in which the adapting current comes back.",
        "min": 1.0,
        "max": 10000.0
      },
      "a_ns": {
        "label": "Adaptation below threshold",
        "symbol": "a",
        "unit": "nS",
        "help": "How strongly the adapting current follows the membrane.",
        "min": -1000.0,
        "max": 1000.0
      },
      "jump_pa": {
        "label": "Adaptation by a spike",
        "symbol": "b",
        "unit": "pA",
        "help": "What a spike adds to the adapting current.",
        "min": 0.0,
        "max": 10000.0
      },
      "time_step_ms": {
        "label": "Time step",
        "symbol": "Δt",
        "unit": "ms",
        "help": "Simulated time per step.",
        "min": 0.0,
        "max": 1.0,
        "open": "min"
      },
      "input_gain_pa": {
        "label": "Input gain",
        "unit": "pA",
        "help": "The current for an input of 1.",
        "min": 0.0,
        "max": 100000.0,
        "open": "min"
      },
      "threshold": {
        "label": "Threshold",
        "unit": "mV",
        "help": "Membrane above which it has spiked: the peak of a spike, not where it begins.",
        "min": -100.0,
        "max": 100.0
      }
    }
  },
  "resonate_and_fire": {
    "title": "Resonate-and-fire",
    "defaults": {
      "learn_threshold": "fixed",
      "surrogate": {
        "kind": "atan",
        "slope": 2.0
      },
      "kind": "resonate_and_fire",
      "omega": 10.0,
      "b_offset": 1.0,
      "gamma": 0.9,
      "time_step_s": 0.01,
      "input_gain": 100.0,
      "threshold": 1.0,
      "learn_omega": "fixed",
      "learn_b_offset": "fixed"
    },
    "spikes": true,
    "recurrent": true,
    "in_millivolts": false,
    "summary": "Balanced resonate-and-fire: a damped oscillator that answers to inputs of its own frequency.",
    "fields": {
      "omega": {
        "label": "Angular frequency",
        "symbol": "ω",
        "help": "Radians per second: 10 is 1.6 Hz.",
        "min": 0.0,
        "max": 99.0
      },
      "b_offset": {
        "label": "Damping",
        "symbol": "b",
        "help": "By how much faster than not at all the oscillation fades, per second.",
        "min": -100.0,
        "max": 100.0
      },
      "gamma": {
        "label": "Refractory decay",
        "symbol": "γ",
        "help": "What is kept per step of what spikes add to threshold and damping.",
        "min": 0.0,
        "max": 1.0
      },
      "time_step_s": {
        "label": "Time step",
        "symbol": "Δt",
        "unit": "s",
        "help": "Simulated seconds per step.",
        "min": 0.0,
        "max": 0.01,
        "open": "min"
      },
      "input_gain": {
        "label": "Input gain",
        "help": "What an input of 1 adds per second; 1 in the publication.",
        "min": 0.0,
        "max": 10000.0,
        "open": "min"
      },
      "threshold": {
        "label": "Threshold",
        "symbol": "θ",
        "help": "u above which the neuron spikes.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      }
    }
  },
  "symplectic_adlif": {
    "title": "Symplectic adaptive LIF",
    "defaults": {
      "learn_threshold": "fixed",
      "surrogate": {
        "kind": "atan",
        "slope": 2.0
      },
      "kind": "symplectic_adlif",
      "tau_u_ms": 20.0,
      "tau_w_ms": 60.0,
      "a": 0.5,
      "b": 1.0,
      "q": 120.0,
      "time_step_ms": 1.0,
      "input_gain": 20.0,
      "threshold": 1.0,
      "learn_a": "fixed",
      "learn_b": "fixed"
    },
    "spikes": true,
    "recurrent": true,
    "in_millivolts": false,
    "summary": "Adaptive leaky integrate-and-fire by the symplectic Euler method (SE-adLIF).",
    "fields": {
      "tau_u_ms": {
        "label": "Membrane time constant",
        "symbol": "τ_u",
        "unit": "ms",
        "help": "5 to 25 in the publication.",
        "min": 1.0,
        "max": 1000.0
      },
      "tau_w_ms": {
        "label": "Adaptation's time constant",
        "symbol": "τ_w",
        "unit": "ms",
        "help": "20 to 300 in the publication.",
        "min": 1.0,
        "max": 10000.0
      },
      "a": {
        "label": "Adaptation to the membrane",
        "symbol": "a",
        "help": "How strongly w follows the membrane.",
        "min": 0.0,
        "max": 1.0
      },
      "b": {
        "label": "Adaptation to spikes",
        "symbol": "b",
        "help": "How strongly a spike raises w.",
        "min": 0.0,
        "max": 2.0
      },
      "q": {
        "label": "Adaptation's scale",
        "symbol": "q",
        "help": "Scales both; 60 to 120 in the publication.",
        "min": 0.0,
        "max": 1000.0
      },
      "time_step_ms": {
        "label": "Time step",
        "symbol": "Δt",
        "unit": "ms",
        "help": "Simulated time per step.",
        "min": 0.0,
        "max": 1.0,
        "open": "min"
      },
      "input_gain": {
        "label": "Input gain",
        "help": "The current I for an input of 1.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "threshold": {
        "label": "Threshold",
        "symbol": "θ",
        "help": "Membrane above which the neuron spikes.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      }
    }
  },
  "fitzhugh_nagumo": {
    "title": "FitzHugh–Nagumo",
    "defaults": {
      "learn_threshold": "fixed",
      "surrogate": {
        "kind": "atan",
        "slope": 2.0
      },
      "kind": "fitzhugh_nagumo",
      "a": 0.7,
      "b": 0.8,
      "tau": 12.5,
      "time_step": 2.0,
      "input_gain": 1.0,
      "threshold": 1.0,
      "learn_a": "fixed",
      "learn_b": "fixed"
    },
    "spikes": true,
    "recurrent": true,
    "in_millivolts": false,
    "summary": "FitzHugh–Nagumo: the two variables that make a cell excitable, without units.",
    "fields": {
      "a": {
        "label": "Offset of the recovery",
        "symbol": "a",
        "help": "Where the recovery's line crosses: it sets how far from firing the cell rests.",
        "min": -2.0,
        "max": 2.0
      },
      "b": {
        "label": "Decay of the recovery",
        "symbol": "b",
        "help": "How strongly the recovery falls back by itself.",
        "min": 0.0,
        "max": 2.0
      },
      "tau": {
        "label": "Recovery's time constant",
        "symbol": "τ",
        "help": "How much slower the recovery w is than v.",
        "min": 1.0,
        "max": 1000.0
      },
      "time_step": {
        "label": "Time step",
        "symbol": "Δt",
        "help": "Time per step, without a unit; a spike and what follows it take about 40.",
        "min": 0.0,
        "max": 2.0,
        "open": "min"
      },
      "input_gain": {
        "label": "Input gain",
        "help": "The current I for an input of 1.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "threshold": {
        "label": "Threshold",
        "symbol": "θ",
        "help": "v that is a spike where it is passed upwards.",
        "min": -2.0,
        "max": 2.0
      }
    }
  },
  "hodgkin_huxley": {
    "title": "Hodgkin–Huxley",
    "defaults": {
      "learn_threshold": "fixed",
      "surrogate": {
        "kind": "atan",
        "slope": 0.2
      },
      "kind": "hodgkin_huxley",
      "g_na": 120.0,
      "g_k": 36.0,
      "g_leak": 0.3,
      "e_na_mv": 50.0,
      "e_k_mv": -77.0,
      "e_leak_mv": -54.387,
      "time_step_ms": 0.5,
      "input_gain": 20.0,
      "threshold": 0.0
    },
    "spikes": true,
    "recurrent": true,
    "in_millivolts": true,
    "summary": "Hodgkin–Huxley: the membrane of the squid's giant axon, whose channels open and close with its voltage.",
    "fields": {
      "g_na": {
        "label": "Sodium conductance",
        "symbol": "g_Na",
        "unit": "mS/cm²",
        "help": "Of all sodium channels open.",
        "min": 0.0,
        "max": 1000.0
      },
      "g_k": {
        "label": "Potassium conductance",
        "symbol": "g_K",
        "unit": "mS/cm²",
        "help": "Of all potassium channels open.",
        "min": 0.0,
        "max": 1000.0
      },
      "g_leak": {
        "label": "Leak conductance",
        "symbol": "g_L",
        "unit": "mS/cm²",
        "help": "What is always open.",
        "min": 0.001,
        "max": 1000.0
      },
      "e_na_mv": {
        "label": "Sodium potential",
        "symbol": "E_Na",
        "unit": "mV",
        "help": "Voltage to which sodium pulls.",
        "min": -150.0,
        "max": 150.0
      },
      "e_k_mv": {
        "label": "Potassium potential",
        "symbol": "E_K",
        "unit": "mV",
        "help": "Voltage to which potassium pulls.",
        "min": -150.0,
        "max": 150.0
      },
      "e_leak_mv": {
        "label": "Leak potential",
        "symbol": "E_L",
        "unit": "mV",
        "help": "Voltage to which the leak pulls.",
        "min": -150.0,
        "max": 150.0
      },
      "time_step_ms": {
        "label": "Time step",
        "symbol": "Δt",
        "unit": "ms",
        "help": "Simulated time per step; a spike and its refractory time take about 15 ms.",
        "min": 0.0,
        "max": 0.5,
        "open": "min"
      },
      "input_gain": {
        "label": "Input gain",
        "help": "The current I in µA/cm² for an input of 1.",
        "min": 0.0,
        "max": 1000.0,
        "open": "min"
      },
      "threshold": {
        "label": "Threshold",
        "symbol": "θ",
        "unit": "mV",
        "help": "v that is a spike where it is passed upwards.",
        "min": -50.0,
        "max": 40.0
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
