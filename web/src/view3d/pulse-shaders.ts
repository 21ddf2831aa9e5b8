import { ARC_HEIGHT, BENT, NODE_WIDTH } from "./shaders";

/** Pulses are kept in a texture of this width. */
export const PULSE_WIDTH = 256;

/** A comet is a band along a piece of its edge, from tail to head, two triangles by the vertex number. */
export const PULSE_VERTEX = /* glsl */ `
precision highp float;
precision highp int;

uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
uniform sampler2D positions;
uniform sampler2D pulses;
uniform float phase;
uniform vec2 window;
uniform float ratio;
out vec2 within;
flat out float weight;
flat out float strength;

const float TAIL = 0.2;
const float SPREAD = 0.16;
const float NEAREST = 0.06;
const vec2 CORNERS[6] = vec2[6](vec2(0, -1), vec2(1, -1), vec2(1, 1), vec2(0, -1), vec2(1, 1), vec2(0, 1));

${BENT}

vec3 positionOf(int node) { return texelFetch(positions, ivec2(node % ${NODE_WIDTH}, node / ${NODE_WIDTH}), 0).xyz; }

void main() {
  int pulse = gl_VertexID / 6;
  vec4 own = texelFetch(pulses, ivec2(pulse % ${PULSE_WIDTH}, pulse / ${PULSE_WIDTH}), 0);
  vec2 corner = CORNERS[gl_VertexID % 6];
  vec3 from = positionOf(int(own.x));
  vec3 to = positionOf(int(own.y));
  weight = own.z;
  float head = phase * (1.0 + TAIL + SPREAD) - own.w * SPREAD;
  float start = clamp(head - TAIL, 0.0, 1.0);
  float end = clamp(head, 0.0, 1.0);
  within = corner;
  strength = end > start ? smoothstep(0.0, 0.06, end - start) : 0.0;
  float height = from.x == to.x ? float(${ARC_HEIGHT}) : 0.0;
  vec4 back = viewMatrix * vec4(bent(from, to, start, height), 1.0);
  vec4 front = viewMatrix * vec4(bent(from, to, end, height), 1.0);
  gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  if (strength == 0.0 || back.z > -NEAREST || front.z > -NEAREST) return;
  vec4 backClip = projectionMatrix * back;
  vec4 frontClip = projectionMatrix * front;
  vec2 way = (frontClip.xy / frontClip.w - backClip.xy / backClip.w) * window;
  vec2 along = length(way) > 1e-4 ? normalize(way) : vec2(1.0, 0.0);
  float halfWidth = ratio * mix(1.8, 4.2, abs(weight));
  gl_Position = corner.x == 0.0 ? backClip : frontClip;
  vec2 shift = corner.y * halfWidth * vec2(-along.y, along.x) + (corner.x - 0.25) * halfWidth * along;
  gl_Position.xy += 2.0 * shift / window * gl_Position.w;
}
`;

export const PULSE_FRAGMENT = /* glsl */ `
precision highp float;
uniform vec3 positive;
uniform vec3 negative;
uniform float light;
in vec2 within;
flat in float weight;
flat in float strength;
layout(location = 0) out vec4 outColour;
void main() {
  float body = within.x * within.x * within.x;
  float core = exp(-7.0 * within.y * within.y);
  float wide = exp(-2.2 * within.y * within.y) - exp(-2.2);
  float front = 1.0 - smoothstep(0.93, 1.0, within.x);
  vec3 tint = weight > 0.0 ? positive : negative;
  float bright = strength * body * front;
  vec3 colour = mix(tint, vec3(1.0), (1.0 - light) * 0.55 * core * body) * core * bright + tint * wide * bright * 0.6 * (1.0 - light);
  outColour = vec4(colour, bright * core * mix(0.75, 1.0, light));
}
`;
