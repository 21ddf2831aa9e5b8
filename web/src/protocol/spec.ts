// Made by `make generate` from the Python models; edit those.

export const NEURON_VALUES = ["beta", "threshold", "alpha", "rho", "adaptation", "a", "b", "c", "d", "bias", "a_ns", "jump_pa", "omega", "b_offset"] as const;

/** Arcus tangent: dS/dz = (slope/2) / (1 + (π·slope·z/2)²). Fang et al. 2021. */
export interface Atan {
  kind: "atan";
  /** Steepness at the threshold; 2 is snnTorch's default. Above 0 to 1,000. */
  slope: number;
}

/** Fast sigmoid: dS/dz = 1 / (1 + slope·|z|)². Zenke and Ganguli 2018. */
export interface FastSigmoid {
  kind: "fast_sigmoid";
  /** Steepness; 25 is snnTorch's default. Above 0 to 1,000. */
  slope: number;
}

/** Surrogate written as an equation: dS/dz at z = m − threshold, such as 1 / (1 + (slope * z)**2). */
export interface OwnSurrogate {
  kind: "equations";
  /** dS/dz, an expression of z and the parameters. */
  derivative: string;
  /** Its numbers. */
  parameters: Record<string, number>;
}

/** Sigmoid: dS/dz = slope·σ(slope·z)·(1 − σ(slope·z)), in the form that does not overflow (snnTorch's gives NaN). */
export interface Sigmoid {
  kind: "sigmoid";
  /** Steepness; 25 is snnTorch's default. Above 0 to 1,000. */
  slope: number;
}

/** Spike-rate escape: dS/dz = slope·exp(−beta·|z − 1|). Gerstner and Kistler 2002; snnTorch's names. */
export interface SpikeRateEscape {
  kind: "spike_rate_escape";
  /** Steepness of the exponential. Above 0 to 1,000. */
  beta: number;
  /** Height. Above 0 to 1,000. */
  slope: number;
}

/** Straight through: dS/dz = 1. */
export interface StraightThrough {
  kind: "straight_through";
}

/** Triangle: dS/dz = slope·max(0, 1 − slope·|z|), a true one (snnTorch's gradient of that name is ±threshold). */
export interface Triangular {
  kind: "triangular";
  /** Height at the threshold and 1 over the half width. Above 0 to 1,000. */
  slope: number;
}

export type Surrogate =
  | Atan
  | FastSigmoid
  | Sigmoid
  | Triangular
  | StraightThrough
  | SpikeRateEscape
  | OwnSurrogate;

export type Learning = "fixed" | "shared" | "per_neuron";

export type Reset = "subtract" | "zero" | "none";

/**
 * Leaky neuron whose threshold rises with its own spikes and falls back slowly (ALIF).
 *
 * The adaptation a is a running mean of the spikes. A spike of long ago still shows in it when the membrane has long
 * forgotten: a network of such neurons remembers over hundreds of steps. Source: Bellec, Salaj, Subramoney, Legenstein
 * and Maass, "Long short-term memory and learning-to-learn in networks of spiking neurons", NeurIPS 2018, equations 1
 * and 2; their β is `adaptation` here, their threshold b⁰ `threshold`, and the input is not scaled by 1 − α.
 */
export interface Adaptive {
  /** Membrane potential above which the neuron spikes. Above 0 to 1,000. */
  threshold: number;
  learn_threshold: Learning;
  /** What a spike does to the membrane, one step later: subtract the threshold, set to zero, nothing. */
  reset: Reset;
  /** Gradient used in place of the spike's, which is zero almost everywhere. */
  surrogate: Surrogate;
  kind: "adaptive";
  /** Decay of the membrane per time step. From 0 to 1. */
  beta: number;
  /** Decay of the adaptation per time step; .98 halves it in 34 steps, .995 in 138. From 0 to 1. */
  rho: number;
  /** By how much the threshold rises in a neuron that spikes at every step. From 0 to 1,000. */
  adaptation: number;
  learn_beta: Learning;
  learn_rho: Learning;
  learn_adaptation: Learning;
}

/**
 * Adaptive exponential integrate-and-fire (AdEx): two variables that follow recorded cortical cells closely.
 *
 * C·dv/dt = −g_L·(v − E_L) + g_L·Δ·exp((v − v_T)/Δ) − w + I and τ_w·dw/dt = a·(v − E_L) − w, with I =
 * input_gain_pa·x, in mV, pA and nS; forward Euler. A spike sets v to `reset_mv` and adds `jump_pa` to w. v is kept
 * from −150 to 100 mV, so that no input makes it infinite, and its gradient grows through a step by 1 at most. Source:
 * Brette and Gerstner, "Adaptive Exponential Integrate-and-Fire Model as an Effective Description of Neuronal
 * Activity", Journal of Neurophysiology 94 (2005), equations 2 and 3 with the values of its cell.
 */
export interface AdaptiveExponentialIF {
  learn_threshold: Learning;
  /** Gradient used in place of the spike's, which is zero almost everywhere; over mV, so a small slope is right. */
  surrogate: Surrogate;
  kind: "adaptive_exponential_if";
  /** Of the membrane. From 10 to 10,000. */
  capacitance_pf: number;
  /** Conductance through which the membrane falls to rest. Above 0 to 1,000. */
  leak_ns: number;
  /** Membrane without input, and at the start. From -100 to 0. */
  rest_mv: number;
  /** Membrane after a spike; about −47 lets a cell fire in bursts. From -100 to 0. */
  reset_mv: number;
  /** Membrane from which on it rises by itself. From -100 to 0. */
  onset_mv: number;
  /** Over how many mV the rise begins: the less, the more sudden. From 0.1 to 20. */
  sharpness_mv: number;
  /** Time in which the adapting current comes back. From 1 to 10,000. */
  tau_w_ms: number;
  /** How strongly the adapting current follows the membrane. From -1,000 to 1,000. */
  a_ns: number;
  /** What a spike adds to the adapting current. From 0 to 10,000. */
  jump_pa: number;
  /** Simulated time per step. Above 0 to 1. */
  time_step_ms: number;
  /** The current for an input of 1. Above 0 to 100,000. */
  input_gain_pa: number;
  /** Membrane above which it has spiked: the peak of a spike, not where it begins. From -100 to 100. */
  threshold: number;
  learn_a_ns: Learning;
  learn_jump_pa: Learning;
}

/** Difference of two exponentials: the membrane answers a spike with a rise and a fall. */
export interface Alpha {
  /** Membrane potential above which the neuron spikes. Above 0 to 1,000. */
  threshold: number;
  learn_threshold: Learning;
  reset: Reset;
  /** Gradient used in place of the spike's, which is zero almost everywhere. */
  surrogate: Surrogate;
  kind: "alpha";
  /** Decay of the exciting trace e; must exceed β. Above 0 below 1. */
  alpha: number;
  /** Decay of the inhibiting trace h. Above 0 below 1. */
  beta: number;
  learn_alpha: Learning;
  learn_beta: Learning;
}

/**
 * Leaky integrate-and-fire with conductances and an adaptive threshold, the excitatory cell of Diehl & Cook 2015.
 *
 * Membrane in mV, conductances without a unit, by forward Euler. An input is one number here: a positive one adds to
 * the exciting conductance g_e, whose synapse pulls the membrane to 0 mV, a negative one to the inhibiting g_i, which
 * pulls it to −100 mV. What arrives counts from its own step on. A spike resets the membrane, holds it there for the
 * refractory time and raises the threshold by `rise_mv`. The membrane is kept between these two potentials, which
 * the published network never leaves; where a conductance is so large that Euler's step overshoots, it would diverge.
 * θ starts at 0 and adds to `threshold`, where the published program begins with 20 and subtracts them. Source: Diehl
 * and Cook, "Unsupervised learning of digit recognition using spike-timing-dependent plasticity", Frontiers in
 * Computational Neuroscience 9 (2015), and the authors' program.
 */
export interface ConductanceLIF {
  learn_threshold: Learning;
  /** Gradient used in place of the spike's, which is zero almost everywhere; over mV, so a small slope is right. */
  surrogate: Surrogate;
  kind: "conductance_lif";
  /** Time in which the membrane falls to rest without input. From 1 to 1,000. */
  tau_m_ms: number;
  /** Of the conductance that positive inputs open. From 1 to 1,000. */
  tau_e_ms: number;
  /** Of the conductance that negative inputs open. From 1 to 1,000. */
  tau_i_ms: number;
  /** Time in which a raised threshold comes back; the publication's is hours. From 1 to 1,000,000,000. */
  tau_theta_ms: number;
  /** Time after a spike in which the membrane stays at the reset. From 0 to 1,000. */
  tau_ref_ms: number;
  /** Membrane without input, and at the start. From -100 to 0. */
  rest_mv: number;
  /** Membrane after a spike. From -100 to 0. */
  reset_mv: number;
  /** What a spike adds to the threshold. From 0 to 100. */
  rise_mv: number;
  /** Simulated time per step; .5 in the publication. Above 0 to 1. */
  time_step_ms: number;
  /** The conductance that an input of 1 opens, in units of the leak. Above 0 to 1,000. */
  input_gain: number;
  /** Membrane above which the neuron spikes, before any rise. From -100 to 0. */
  threshold: number;
}

/**
 * Exponential integrate-and-fire: above v_T the membrane rises by itself, exponentially.
 *
 * τ·dv/dt = −(v − v_rest) + Δ·exp((v − v_T)/Δ) + I in mV, with I = input_gain_mv·x; forward Euler. It fires from
 * I = v_T − v_rest − Δ on. v is kept from −150 to 100 mV, so that no input makes it infinite, and the gradient grows
 * through a step by 1 at most. Source: Fourcaud-Trocmé et al., "How spike generation mechanisms determine the neuronal
 * response to fluctuating inputs", Journal of Neuroscience 23 (2003); values of Gerstner et al., Neuronal Dynamics
 * (2014), section 5.2, and its exercises.
 */
export interface ExponentialIF {
  learn_threshold: Learning;
  /** Gradient used in place of the spike's, which is zero almost everywhere; over mV, so a small slope is right. */
  surrogate: Surrogate;
  kind: "exponential_if";
  /** Of the membrane. From 1 to 1,000. */
  tau_ms: number;
  /** Membrane without input, and at the start. From -100 to 0. */
  rest_mv: number;
  /** Membrane after a spike. From -100 to 0. */
  reset_mv: number;
  /** Membrane from which on it rises by itself. From -100 to 0. */
  onset_mv: number;
  /** Over how many mV the rise begins: the less, the more sudden. From 0.1 to 20. */
  sharpness_mv: number;
  /** Simulated time per step. Above 0 to 1. */
  time_step_ms: number;
  /** The current times the membrane's resistance, in mV, for an input of 1. Above 0 to 1,000. */
  input_gain_mv: number;
  /** Membrane above which it has spiked: the peak of a spike, not where it begins. From -100 to 100. */
  threshold: number;
}

/**
 * FitzHugh–Nagumo: the two variables that make a cell excitable, without units.
 *
 * dv/dt = v − v³/3 − w + I and τ·dw/dt = v + a − b·w, with I = input_gain·x, by 20 steps of forward Euler in each time
 * step. Spikes are part of the motion: nothing is reset, and one is counted where v passes the threshold upwards. With
 * the usual values it fires by itself for I from .33 to 1.42. v is kept from −3 to 3, which it reaches for no I of a
 * few units, so that no input makes it infinite; its gradient grows by 1 at most in each of the steps. It starts near
 * rest, at v = −1.2, w = −.62. Source: FitzHugh, "Impulses and Physiological States in Theoretical Models of Nerve
 * Membrane", Biophysical Journal 1 (1961); Nagumo, Arimoto and Yoshizawa, Proceedings of the IRE 50 (1962).
 */
export interface FitzHughNagumo {
  learn_threshold: Learning;
  /** Gradient used in place of the spike's, which is zero almost everywhere. */
  surrogate: Surrogate;
  kind: "fitzhugh_nagumo";
  /** Where the recovery's line crosses: it sets how far from firing the cell rests. From -2 to 2. */
  a: number;
  /** How strongly the recovery falls back by itself. From 0 to 2. */
  b: number;
  /** How much slower the recovery w is than v. From 1 to 1,000. */
  tau: number;
  /** Time per step, without a unit; a spike and what follows it take about 40. Above 0 to 2. */
  time_step: number;
  /** The current I for an input of 1. Above 0 to 1,000. */
  input_gain: number;
  /** v that is a spike where it is passed upwards. From -2 to 2. */
  threshold: number;
  learn_a: Learning;
  learn_b: Learning;
}

/**
 * Hodgkin–Huxley: the membrane of the squid's giant axon, whose channels open and close with its voltage.
 *
 * C·dv/dt = g_Na·m³·h·(E_Na − v) + g_K·n⁴·(E_K − v) + g_L·(E_L − v) + I with C = 1 µF/cm² and I = input_gain·x in
 * µA/cm², at 6.3 °C and with rest at −65 mV; each gate moves as dm/dt = α_m(v)·(1 − m) − β_m(v)·m. By 5 steps of the
 * exponential Euler method in each time step, which cannot overshoot. Nothing is reset: a spike is counted where v
 * rises above the threshold. A steady current makes it fire from about 6.3 µA/cm² on, at once with some 50 Hz. Its
 * gradient goes through the membrane alone; the gates are taken as given, for through them it would grow a
 * thousandfold in each spike. v counts as −150 to 100 mV, so that no input makes it infinite. Source: Hodgkin and
 * Huxley, "A Quantitative Description of Membrane Current and Its Application to Conduction and Excitation in Nerve",
 * Journal of Physiology 117 (1952), with today's sign of the voltage.
 */
export interface HodgkinHuxley {
  learn_threshold: Learning;
  /** Gradient used in place of the spike's, which is zero almost everywhere; over mV, so a small slope is right. */
  surrogate: Surrogate;
  kind: "hodgkin_huxley";
  /** Of all sodium channels open. From 0 to 1,000. */
  g_na: number;
  /** Of all potassium channels open. From 0 to 1,000. */
  g_k: number;
  /** What is always open. From 0.001 to 1,000. */
  g_leak: number;
  /** Voltage to which sodium pulls. From -150 to 150. */
  e_na_mv: number;
  /** Voltage to which potassium pulls. From -150 to 150. */
  e_k_mv: number;
  /** Voltage to which the leak pulls. From -150 to 150. */
  e_leak_mv: number;
  /** Simulated time per step; a spike and its refractory time take about 15 ms. Above 0 to 0.5. */
  time_step_ms: number;
  /** The current I in µA/cm² for an input of 1. Above 0 to 1,000. */
  input_gain: number;
  /** v that is a spike where it is passed upwards. From -50 to 40. */
  threshold: number;
}

/**
 * Leaky integrator: a membrane that never spikes, for the output; read by its highest membrane (`max_membrane`).
 *
 * snnTorch's Leaky without reset, its threshold out of reach. Under a constant input x its membrane is
 * x·(1 − βᵗ)/(1 − β).
 */
export interface Integrator {
  kind: "integrator";
  /** Decay of the membrane per time step: 0 forgets at once, 1 adds up its whole input. From 0 to 1. */
  beta: number;
  learn_beta: Learning;
}

/**
 * Two-variable neuron of Izhikevich 2003: its four numbers make it fire regularly, in bursts, or fast.
 *
 * v is the membrane in mV, u its recovery, one step Δt = time_step_ms. A layer's current x drives it as
 * I = input_gain·x. As in the paper's program v takes two half steps before u takes a whole one, and a spike's reset
 * comes with the step after it; unlike there v is kept from −100 to 2000 mV, which the paper's network never reaches,
 * so that no input makes it infinite, and at exactly the threshold there is no spike. It starts at v = −65, u = b·v.
 * Source: Izhikevich, "Simple Model of Spiking Neurons", IEEE Transactions on Neural Networks 14 (2003), equations 1
 * to 3 and the program at its end.
 */
export interface Izhikevich {
  kind: "izhikevich";
  /** Rate of the recovery u, per ms: .02 lasts about 50 ms. From 0 to 1. */
  a: number;
  /** How strongly the recovery follows the membrane. From -1 to 1. */
  b: number;
  /** Membrane after a spike, mV. From -100 to 0. */
  c: number;
  /** What a spike adds to the recovery. From -50 to 50. */
  d: number;
  /** Membrane above which it has spiked, mV; the peak of a spike, not where it begins (about −50). Above 0 to 1,000. */
  threshold: number;
  /** Simulated milliseconds per time step; the paper takes 1, nothing coarser is tested. Above 0 to 1. */
  time_step_ms: number;
  /** The model's input I for a current of 1; from I = 4 on a regular neuron fires. Above 0 to 1,000. */
  input_gain: number;
  /**
   * Most by which a gradient may grow through a half step; the exact one's thousandfold growth hinders learning. Above 0 to 1,000,000.
   */
  gradient_limit: number;
  learn_a: Learning;
  learn_b: Learning;
  learn_c: Learning;
  learn_d: Learning;
  learn_threshold: Learning;
  /** Gradient used in place of the spike's, which is zero almost everywhere; over mV, so a small slope is right. */
  surrogate: Surrogate;
}

/** RC circuit, forward Euler; given by β alone (then R = 1), or by R, C and the time step. */
export interface Lapicque {
  /** Membrane potential above which the neuron spikes. Above 0 to 1,000. */
  threshold: number;
  learn_threshold: Learning;
  /** What a spike does to the membrane, one step later: subtract the threshold, set to zero, nothing. */
  reset: Reset;
  /** Gradient used in place of the spike's, which is zero almost everywhere. */
  surrogate: Surrogate;
  kind: "lapicque";
  /** Decay exp(−Δt/RC) per time step; leave out when R and C are given. Above 0 below 1. */
  beta: number | null;
  /** Through which the membrane leaks. Above 0. */
  resistance_ohm: number | null;
  /** Of the membrane; the gain of the input is Δt/C. Above 0. */
  capacitance_f: number | null;
  /** Simulated seconds per time step; with β alone it must stay 1. Above 0. */
  time_step_s: number;
  learn_beta: Learning;
}

/** First-order leaky integrate-and-fire neuron (LIF). */
export interface Leaky {
  /** Membrane potential above which the neuron spikes. Above 0 to 1,000. */
  threshold: number;
  learn_threshold: Learning;
  /** What a spike does to the membrane, one step later: subtract the threshold, set to zero, nothing. */
  reset: Reset;
  /** Gradient used in place of the spike's, which is zero almost everywhere. */
  surrogate: Surrogate;
  kind: "leaky";
  /** Decay of the membrane per time step: 0 forgets at once, 1 never. From 0 to 1. */
  beta: number;
  learn_beta: Learning;
  /** Whether a spike's reset comes one step later, as snnTorch has it by default; otherwise within its own step. */
  reset_delay: boolean;
}

/**
 * Neuron written as equations.
 *
 * The lines of `step` are read in order; a state's name means its value of the step before until it is assigned.
 * `out = spike(z)` is the spike: 1 where z > 0, with the surrogate as its gradient; without it the neuron never
 * spikes. Of several sub-steps the lines before it are repeated, and it and what follows come after the last.
 */
export interface OwnNeuron {
  /** What it is called. */
  title: string;
  /** What it keeps from step to step, each with its start: a number, or an expression of parameters. */
  states: Record<string, number | string>;
  kind: "equations";
  /** What its input is called in the step: one, the current of its layer. */
  inputs: string[];
  /** Its numbers, which a training may learn. */
  parameters: Record<string, OwnParameter>;
  /** Lines name = expression. */
  step: string[];
  /** The state that losses and playback read; the first one where nothing is said. */
  membrane: string;
  /** The parameter that is the threshold of the membrane, where there is one. */
  threshold: string;
  /** Gradient used in place of the spike's, which is zero almost everywhere. */
  surrogate: Surrogate;
  /** How often the lines before the spike are repeated within a time step. From 1 to 1,000. */
  substeps: number;
  /** Seconds of a time step; dt in the step is one sub-step of it. Above 0 to 1,000. */
  time_step_s: number | null;
}

/** A number of an own neuron. */
export interface OwnParameter {
  /** From -1,000,000,000 to 1,000,000,000. */
  value: number;
  /** Least value; a learned one is held there. From -1,000,000,000 to 1,000,000,000. */
  low: number | null;
  /** Largest value; a learned one is held there. From -1,000,000,000 to 1,000,000,000. */
  high: number | null;
  learn: Learning;
}

/**
 * Quadratic integrate-and-fire: τ·dv/dt = v² + I, the normal form of cells that can fire at any low rate.
 *
 * I = bias + input_gain·x; by 10 steps of forward Euler in each time step. Without input, and with a negative bias, it
 * rests at −√(−bias) and spikes by itself once pushed above √(−bias). Under a constant I > 0 the time between spikes
 * is τ/√I·(atan(θ/√I) − atan(reset/√I)). v is kept from −20 to 100, so that no input makes it infinite, and the
 * gradient grows by 1 at most in each of the steps. Source: Ermentrout and Kopell, "Parabolic bursting in an excitable
 * system coupled with a slow oscillation", SIAM Journal on Applied Mathematics 46 (1986); Gerstner et al., Neuronal
 * Dynamics (2014), section 5.3.
 */
export interface QuadraticIF {
  learn_threshold: Learning;
  /** Gradient used in place of the spike's, which is zero almost everywhere; small, for a wide membrane. */
  surrogate: Surrogate;
  kind: "quadratic_if";
  /** Of the membrane. From 1 to 1,000. */
  tau_ms: number;
  /** The current I without input; above 0 the neuron fires by itself. From -100 to 100. */
  bias: number;
  /** Membrane after a spike. From -20 to 0. */
  reset_to: number;
  /** Simulated time per step. Above 0 to 1. */
  time_step_ms: number;
  /** The current I that an input of 1 adds. Above 0 to 1,000. */
  input_gain: number;
  /** Membrane above which it has spiked: the peak of a spike, not where it begins. Above 0 to 100. */
  threshold: number;
  learn_bias: Learning;
}

/**
 * Leaky integrate-and-fire in seconds, as simulators of the Neural Engineering Framework have it.
 *
 * The membrane v follows τ_rc·dv/dt = J − v exactly for a current J =
 * input_gain·x that stays over the step. Where it passes the
 * threshold, the time of the spike inside the step is solved for; from there on v stays at 0 for τ_ref, and the rest
 * of the step in which that ends counts. v is kept from falling below 0. Under a constant J above the threshold θ
 * it so fires at 1/(τ_ref + τ_rc·ln(J/(J − θ))) Hz at any step. The v of a step with a spike is what it had reached at
 * its end, and 0 before the next. A spike is 1, not 1/Δt; no gradient goes through the refractory time. Source:
 * Bekolay et al., "Nengo: a Python tool for building large-scale functional brain models", Frontiers in
 * Neuroinformatics 7 (2014), and the step of its LIF.
 */
export interface RefractoryLIF {
  learn_threshold: Learning;
  /** Gradient used in place of the spike's, which is zero almost everywhere. */
  surrogate: Surrogate;
  kind: "refractory_lif";
  /** Time in which the membrane loses all but 37 % without input. Above 0 to 10. */
  tau_rc_s: number;
  /** Time after a spike in which the membrane stays at 0. From 0 to 10. */
  tau_ref_s: number;
  /** Simulated seconds per time step; more than one spike in a step is not possible. Above 0 to 0.1. */
  time_step_s: number;
  /** The current J for an input of 1, such as a spike through a weight of 1. Above 0 to 1,000. */
  input_gain: number;
  /**
   * Membrane potential above which the neuron spikes; a constant current must exceed it to be felt. Above 0 to 1,000.
   */
  threshold: number;
}

/**
 * Balanced resonate-and-fire: a damped oscillator that answers to inputs of its own frequency.
 *
 * u + i·v turns by ω and shrinks by b each second; a spike does not reset it, but raises threshold and damping by q
 * for a while. b = p(ω) − |b_offset| − q, and p(ω) = (−1 + √(1 − (Δt·ω)²))/Δt is where Euler's step neither grows nor
 * shrinks, so that no frequency diverges. ω counts within 0 and 99, which keeps Δt·ω below 1. The input is scaled by
 * Δt, hence its gain, which is 1 in the publication. Source: Higuchi, Kairat, Bohté and Otte, "Balanced
 * Resonate-and-Fire Neurons", ICML 2024; after Izhikevich's of Neural Networks 14 (2001).
 */
export interface ResonateAndFire {
  learn_threshold: Learning;
  /** Gradient used in place of the spike's, which is zero almost everywhere. */
  surrogate: Surrogate;
  kind: "resonate_and_fire";
  /** Radians per second: 10 is 1.6 Hz. From 0 to 99. */
  omega: number;
  /** By how much faster than not at all the oscillation fades, per second. From -100 to 100. */
  b_offset: number;
  /** What is kept per step of what spikes add to threshold and damping. From 0 to 1. */
  gamma: number;
  /** Simulated seconds per step. Above 0 to 0.01. */
  time_step_s: number;
  /** What an input of 1 adds per second; 1 in the publication. Above 0 to 10,000. */
  input_gain: number;
  /** u above which the neuron spikes. Above 0 to 1,000. */
  threshold: number;
  learn_omega: Learning;
  learn_b_offset: Learning;
}

/**
 * Adaptive leaky integrate-and-fire by the symplectic Euler method (SE-adLIF).
 *
 * τ_u·du/dt = −u + I − w and τ_w·dw/dt = −w + q·(a·u + b·s), with I = input_gain·x: the adapting current w follows
 * membrane and spikes, which lets the membrane oscillate. w moves by the membrane of the same step, and so is stable
 * where the usual Euler step would diverge. a counts within 0 and 1, b within 0 and 2. A spike empties the membrane,
 * without a gradient; u of its step is what had been reached. Source: Baronig, Ferrand, Sabathiel and Legenstein,
 * "Advancing spatio-temporal processing through adaptation in spiking neural networks", Nature Communications 16
 * (2025).
 */
export interface SymplecticAdLIF {
  learn_threshold: Learning;
  /** Gradient used in place of the spike's, which is zero almost everywhere. */
  surrogate: Surrogate;
  kind: "symplectic_adlif";
  /** 5 to 25 in the publication. From 1 to 1,000. */
  tau_u_ms: number;
  /** 20 to 300 in the publication. From 1 to 10,000. */
  tau_w_ms: number;
  /** How strongly w follows the membrane. From 0 to 1. */
  a: number;
  /** How strongly a spike raises w. From 0 to 2. */
  b: number;
  /** Scales both; 60 to 120 in the publication. From 0 to 1,000. */
  q: number;
  /** Simulated time per step. Above 0 to 1. */
  time_step_ms: number;
  /** The current I for an input of 1. Above 0 to 1,000. */
  input_gain: number;
  /** Membrane above which the neuron spikes. Above 0 to 1,000. */
  threshold: number;
  learn_a: Learning;
  learn_b: Learning;
}

/** Second-order neuron: the input is first smoothed by a synaptic current i. */
export interface Synaptic {
  /** Membrane potential above which the neuron spikes. Above 0 to 1,000. */
  threshold: number;
  learn_threshold: Learning;
  /** What a spike does to the membrane, one step later: subtract the threshold, set to zero, nothing. */
  reset: Reset;
  /** Gradient used in place of the spike's, which is zero almost everywhere. */
  surrogate: Surrogate;
  kind: "synaptic";
  /** Decay of the synaptic current per time step. From 0 to 1. */
  alpha: number;
  /** Decay of the membrane per time step. From 0 to 1. */
  beta: number;
  learn_alpha: Learning;
  learn_beta: Learning;
  /** Whether a spike's reset comes one step later, as snnTorch has it by default; otherwise within its own step. */
  reset_delay: boolean;
}

export type Neuron =
  | OwnNeuron
  | Leaky
  | Lapicque
  | Synaptic
  | Alpha
  | Adaptive
  | Izhikevich
  | Integrator
  | RefractoryLIF
  | ConductanceLIF
  | QuadraticIF
  | ExponentialIF
  | AdaptiveExponentialIF
  | ResonateAndFire
  | SymplecticAdLIF
  | FitzHughNagumo
  | HodgkinHuxley;

/** The learning rate stays what it is. */
export interface Constant {
  kind: "constant";
}

/** Fall as half a cosine, from the learning rate to a share of it. Loshchilov and Hutter 2017, without restarts. */
export interface Cosine {
  kind: "cosine";
  /** The last learning rate as a share of the first. From 0 to 1. */
  end_share: number;
}

/** Rise to the learning rate, then fall towards zero, both as half a cosine. Smith and Topin 2018. */
export interface OneCycle {
  kind: "one_cycle";
  /**
   * Share of the updates spent rising; where that is less than one update, the first has the peak already. (torch's
   * OneCycleLR begins a little below it there, and fails where it is exactly one.) From 0 below 1.
   */
  warm_up_share: number;
  /** The first learning rate is the peak over this. From 1 to 10,000. */
  start_divisor: number;
  /** The last learning rate is the first over this. From 1 to 100,000,000. */
  end_divisor: number;
}

/** Fall by a factor whenever the validation loss has not improved for some epochs. */
export interface Plateau {
  kind: "plateau";
  /** Epochs without a lower validation loss. From 1 to 100,000. */
  patience_epochs: number;
  /** The learning rate is multiplied by this. Above 0 below 1. */
  factor: number;
}

/** Fall by a factor every few epochs. */
export interface Steps {
  kind: "steps";
  /** Epochs between two falls. From 1 to 100,000. */
  every_epochs: number;
  /** The learning rate is multiplied by this. Above 0 below 1. */
  factor: number;
}

export type Schedule = Constant | OneCycle | Cosine | Steps | Plateau;

/**
 * A spike where a value has grown by at least the threshold since the step before; for data over time.
 *
 * As snntorch.spikegen.delta.
 */
export interface Delta {
  kind: "delta";
  /** Smallest change that spikes. Above 0 to 1. */
  threshold: number;
  /** Whether a fall by as much gives a spike of −1. */
  off_spikes: boolean;
}

/** The sample itself is the input current: the same at every step, or of data over time its frames in turn. */
export interface Direct {
  kind: "direct";
}

/**
 * Each value spikes once, the larger the earlier; values below the threshold never do.
 *
 * Linear: t = (num_steps − 1)·(1 − x). Logarithmic: t ∝ log(x / (x − threshold)), the time at which a leaky neuron
 * driven by x reaches the threshold. As snntorch.spikegen.latency, normalised and clipped.
 */
export interface Latency {
  kind: "latency";
  /** Whether time falls linearly with the value, or as a charging neuron's. */
  scale: "linear" | "logarithmic";
  /** Smallest value that spikes. Above 0 below 1. */
  threshold: number;
}

/**
 * Each value drives several inputs, each with a bell curve of its own over 0–1: exp(−(x − cᵢ)²/2σ²).
 *
 * Centres cᵢ = (i + ½)/neurons, σ = width/neurons. After Bohte, Kok and La Poutré 2002, with currents for times.
 */
export interface Population {
  kind: "population";
  /** Inputs for each value; the network's input is as many times larger. From 2 to 64. */
  neurons: number;
  /** Standard deviation of a curve in distances between neighbours. Above 0 to 10. */
  width: number;
}

/**
 * At each step each value is the chance of a spike: s[t] ~ Bernoulli(gain·x), values cut to 0–1.
 *
 * Drawn anew for each sample, step and update, all from the training's seed; for tests always the same. As
 * snntorch.spikegen.rate.
 */
export interface Rate {
  kind: "rate";
  /** Factor of the values before they are chances. Above 0 to 100. */
  gain: number;
}

export type Coding = Direct | Rate | Latency | Delta | Population;

/** White noise: at each step a number of its own from a normal distribution. */
export interface NoiseInput {
  kind: "noise";
  /** From -1,000,000,000 to 1,000,000,000. */
  mean: number;
  /** Standard deviation. From 0 to 1,000,000,000. */
  deviation: number;
  /** Of the random numbers; the same seed gives the same current. From 0 to 4,294,967,295. */
  seed: number;
}

/** A constant current for some steps, none before and after. */
export interface PulseInput {
  kind: "pulse";
  /** From -1,000,000,000 to 1,000,000,000. */
  current: number;
  /** The first time step with the current. From 0 to 10,000. */
  begin: number;
  /** Time steps with the current. From 1 to 10,000. */
  length: number;
}

/** A current that rises or falls evenly from the first step to the last. */
export interface RampInput {
  kind: "ramp";
  /** From -1,000,000,000 to 1,000,000,000. */
  first: number;
  /** From -1,000,000,000 to 1,000,000,000. */
  last: number;
}

/**
 * Recorded numbers: currents, one a step, or the time steps of spikes that arrive.
 *
 * The numbers stand one a line, or with spaces, commas or semicolons between them. Of a table with a header the column
 * that is named `input` or `current`, of spikes `spike` (1 at a step with a spike), is read. After the last number the
 * current is 0.
 */
export interface RecordedInput {
  kind: "recorded";
  /** The content of the file. */
  text: string;
  /** What the numbers are: currents, or the time steps of spikes, counted from 0. */
  reading: "currents" | "spikes";
  /** What a spike gives at its step; spikes at the same step add up. From -1,000,000,000 to 1,000,000,000. */
  current: number;
}

/** A sine about a mean. */
export interface SineInput {
  kind: "sine";
  /** From -1,000,000,000 to 1,000,000,000. */
  mean: number;
  /** From -1,000,000,000 to 1,000,000,000. */
  amplitude: number;
  /** Time steps of one oscillation. From 2 to 10,000. */
  period: number;
}

/** No current at first, from a step on a constant one. */
export interface StepInput {
  kind: "step";
  /** From -1,000,000,000 to 1,000,000,000. */
  current: number;
  /** The first time step with the current; steps count from 0. From 0 to 10,000. */
  begin: number;
}

export type Stimulus = StepInput | RampInput | PulseInput | SineInput | NoiseInput | RecordedInput;

/** Adam. Kingma and Ba 2015. */
export interface Adam {
  kind: "adam";
  /** Decay of the mean of gradients. From 0 below 1. */
  beta1: number;
  /** Decay of the mean of squared gradients. From 0 below 1. */
  beta2: number;
  /** Above 0 to 1. */
  epsilon: number;
}

/** Adam with weights that decay by themselves. Loshchilov and Hutter 2019. */
export interface AdamW {
  kind: "adamw";
  /** Decay of the mean of gradients. From 0 below 1. */
  beta1: number;
  /** Decay of the mean of squared gradients. From 0 below 1. */
  beta2: number;
  /** Above 0 to 1. */
  epsilon: number;
  /** Share of a weight lost at each update, times the learning rate. From 0 to 10. */
  weight_decay: number;
}

/** Pictures changed at random each time they are trained on; those of validation and test stay as they are. */
export interface Augmentation {
  /** Moved by up to so many pixels each way; what comes in is black. From 0 to 16. */
  shift_pixels: number;
  /** Whether half of the pictures are mirrored left to right. */
  mirror: boolean;
  /** Standard deviation of what is added to each value of the input. From 0 to 10. */
  noise: number;
}

/** The mean of each window of a map. */
export interface AvgPool {
  /** Height and width of the window. From 2 to 64. */
  kernel: number;
  /** By how many places the window moves; null for its own size. From 1 to 64. */
  stride: number | null;
  /** Neurons driven by what was pooled; null hands it on. */
  neuron: OwnNeuron | Leaky | Lapicque | Synaptic | Alpha | Adaptive | Izhikevich | RefractoryLIF | ConductanceLIF | QuadraticIF | ExponentialIF | AdaptiveExponentialIF | ResonateAndFire | SymplecticAdLIF | FitzHughNagumo | HodgkinHuxley | null;
  kind: "avg_pool";
}

/**
 * Values brought to mean 0 and variance 1, then scaled and shifted by learned values, per map or per feature.
 *
 * While training over the batch and all time steps at once (as tdBN, Zheng et al. 2021, without its factor of the
 * threshold); afterwards by running means. Put it between a conv2d without neurons and its neurons.
 */
export interface BatchNorm {
  kind: "batch_norm";
  /** Share of the newest batch in the running means. Above 0 to 1. */
  momentum: number;
  /** Added to the variance. Above 0 to 1. */
  epsilon: number;
  /** Neurons driven by the result; null hands it on. */
  neuron: OwnNeuron | Leaky | Lapicque | Synaptic | Alpha | Adaptive | Izhikevich | RefractoryLIF | ConductanceLIF | QuadraticIF | ExponentialIF | AdaptiveExponentialIF | ResonateAndFire | SymplecticAdLIF | FitzHughNagumo | HodgkinHuxley | null;
}

/** A kernel slid over maps, the same weights everywhere: x[t] = K * s[t] + b. */
export interface Conv2d {
  kind: "conv2d";
  /** Number of maps that it gives, one kernel for each. From 1 to 4,096. */
  channels: number;
  /** Height and width of the kernel. From 1 to 64. */
  kernel: number;
  /** By how many places the kernel moves. From 1 to 64. */
  stride: number;
  /** Rows and columns of zeros put around each map. From 0 to 64. */
  padding: number;
  /** Whether each map has a constant input of its own, learned like a weight. */
  bias: boolean;
  /** The neurons, one for each value of the maps; null hands the currents on to the next layer. */
  neuron: OwnNeuron | Leaky | Lapicque | Synaptic | Alpha | Adaptive | Izhikevich | RefractoryLIF | ConductanceLIF | QuadraticIF | ExponentialIF | AdaptiveExponentialIF | ResonateAndFire | SymplecticAdLIF | FitzHughNagumo | HodgkinHuxley | null;
}

/** Every neuron is connected with every neuron before it: x[t] = W·s[t] + b. */
export interface Dense {
  /** Number of neurons. From 1 to 100,000. */
  size: number;
  /** Whether each neuron has a constant input of its own, learned like a weight. */
  bias: boolean;
  kind: "dense";
  neuron: Neuron;
}

/**
 * While training, a share of values is silenced at random, the others grow to keep the sum.
 *
 * What is silenced is drawn per sample and held for all its time steps, so that a silenced neuron stays silent.
 */
export interface Dropout {
  kind: "dropout";
  /** Share of values silenced. From 0 below 1. */
  share: number;
  neuron: null;
}

/** Maps laid out as one row of values, channel after channel, row after row. */
export interface Flatten {
  kind: "flatten";
  neuron: null;
}

/** The shape of one sample at one time step: (features,) or (channels, height, width). */
export interface Input {
  shape: number[];
}

/** The largest value of each window of a map; of spikes: whether one of them fired. */
export interface MaxPool {
  /** Height and width of the window. From 2 to 64. */
  kernel: number;
  /** By how many places the window moves; null for its own size. From 1 to 64. */
  stride: number | null;
  /** Neurons driven by what was pooled; null hands it on. */
  neuron: OwnNeuron | Leaky | Lapicque | Synaptic | Alpha | Adaptive | Izhikevich | RefractoryLIF | ConductanceLIF | QuadraticIF | ExponentialIF | AdaptiveExponentialIF | ResonateAndFire | SymplecticAdLIF | FitzHughNagumo | HodgkinHuxley | null;
  kind: "max_pool";
}

/** The architecture: input and layers, of which the last is the output with one neuron per class. */
export interface Network {
  format: "snntrainer3d/network";
  version: 1;
  input: Input;
  layers: (Dense | Conv2d | AvgPool | MaxPool | Flatten | Dropout | BatchNorm | Recurrent)[];
}

/**
 * A dense layer whose spikes come back to it one step later: x[t] = W·s[t] + b + V·own spikes[t−1].
 *
 * Where snnTorch has the recurrent class, as RLeaky and RSynaptic, it is that; with reset to zero RLeaky sets the
 * whole membrane of the step to zero, its input too, which a dense layer keeps. With adaptive neurons, which snnTorch
 * does not have, it is the recurrent network of Bellec et al. 2018 with a delay of one step.
 */
export interface Recurrent {
  /** Number of neurons. From 1 to 100,000. */
  size: number;
  /** Whether each neuron has a constant input of its own, learned like a weight. */
  bias: boolean;
  kind: "recurrent";
  /** Whether a spike comes back to every neuron of the layer, or only to the one that fired. */
  feedback: "all_to_all" | "one_to_one";
  neuron: OwnNeuron | Leaky | Synaptic | Adaptive | Izhikevich | RefractoryLIF | ConductanceLIF | QuadraticIF | ExponentialIF | AdaptiveExponentialIF | ResonateAndFire | SymplecticAdLIF | FitzHughNagumo | HodgkinHuxley;
}

/** Stochastic gradient descent with momentum. Polyak 1964; Nesterov 1983. */
export interface Sgd {
  kind: "sgd";
  /** Share of the last step that is gone again. From 0 below 1. */
  momentum: number;
  /** Whether the gradient counts as if the step were gone already; needs momentum. */
  nesterov: boolean;
  /** Added to the gradient, times the weight. From 0 to 10. */
  weight_decay: number;
}

/** Everything that, with a network, determines a run to the last bit. */
export interface Training {
  format: "snntrainer3d/training";
  version: 1;
  /** One of those that are known, or own-NAME for data of one's own. */
  dataset: string;
  /** Inputs scaled to 0–1, or to mean 0 and standard deviation 1 over the training set. */
  pixels: "unit" | "standardised";
  /** How a sample becomes input over time. */
  coding: Coding;
  /** Simulated time steps per sample. From 1 to 10,000. */
  num_steps: number;
  /** Passes over the training data. From 1 to 100,000. */
  epochs: number;
  /** Samples per update. From 1 to 65,536. */
  batch_size: number;
  /** Step size of the optimizer; with a schedule, its peak. Above 0 to 10. */
  learning_rate: number;
  optimizer: Adam | AdamW | Sgd;
  schedule: Schedule;
  /** Updates in which the learning rate rises from near zero to what the schedule says. From 0 to 1,000,000. */
  warm_up_updates: number;
  /** Largest norm of the whole gradient; longer ones are shortened to it. Above 0 to 1,000,000. */
  gradient_clip_norm: number | null;
  /**
   * Cross-entropy on the output membrane at every step, summed; on spike counts; on the spikes of each step; on the
   * highest membrane; squared distance of spike counts from wanted rates; or cross-entropy on times to first spike.
   */
  loss: "membrane" | "count" | "rate" | "max_membrane" | "rate_mse" | "first_spike";
  /** Only so many steps at the end count, for the loss and for the decision; null for all of them. From 1 to 10,000. */
  read_last_steps: number | null;
  /** For rate_mse: share of the steps at which the right output is wanted to spike. From 0 to 1. */
  correct_rate: number;
  /** For rate_mse: share of the steps at which the other outputs are wanted to spike. From 0 to 1. */
  incorrect_rate: number;
  /** Output neurons for each class, whose spikes count together; for the losses count and rate_mse. From 1 to 1,000. */
  population: number;
  /** Whether samples of rare classes count more in the loss, so that every class counts the same in all. */
  class_weights: "equal" | "balanced";
  /** Added to the loss: this times Σ (rate − rate_target)² over the hidden layers; 0 for none. From 0 to 1,000,000. */
  rate_penalty: number;
  /** Spikes per neuron and step wanted of each hidden layer; 0 makes spikes sparse. From 0 to 1. */
  rate_target: number;
  /** Gradients go back through at most so many steps; null for all of them. From 1 to 10,000. */
  truncate_steps: number | null;
  /** How weights are drawn: torch's usual, Glorot and Bengio 2010, He et al. 2015, or Saxe et al. 2014. */
  initial_weights: "torch" | "xavier" | "kaiming" | "orthogonal";
  augmentation: Augmentation;
  /** Share of the training data kept for validation, stratified by class. From 0 to 0.9. */
  validation_share: number;
  /**
   * Seed of that split; fixed, so that runs with different seeds validate on the same samples. From 0 to 4,294,967,295.
   */
  split_seed: number;
  /**
   * Stop when the validation loss has not improved for so many epochs; null to train all of them. From 1 to 100,000.
   */
  stop_after_epochs: number | null;
  /** Whether the network that is kept is that of the epoch with the best validation accuracy, not of the last one. */
  keep_best: boolean;
  /** Whether the last, smaller batch of an epoch is trained on. */
  keep_last_batch: boolean;
  /** Seed of initial weights and of the order of samples. From 0 to 4,294,967,295. */
  seed: number;
  /** What the run is called; empty for a name made of dataset and network. */
  name: string;
  /** Full speed; slow, about 20 updates per second, to watch; or one update at a time, each on a click. */
  pace: "full" | "slow" | "update";
  /** Which path computes: the fastest that fits, the fused kernels, or snnTorch step by step. */
  engine: "auto" | "fused" | "reference";
}

/** A network and its training: what `train` takes and every run keeps. */
export interface RunSpec {
  format: "snntrainer3d/run";
  version: 1;
  network: Network;
  training: Training;
}
