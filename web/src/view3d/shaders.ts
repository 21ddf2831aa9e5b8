/** Positions are kept in a texture of this width, states too. */
export const NODE_WIDTH = 1024;

export const ARC_HEIGHT = 0.9;

/** Within a layer connections bend out of its plane; one from a neuron to itself is a loop. */
export const BENT = /* glsl */ `
vec3 bent(vec3 from, vec3 to, float along, float height) {
  vec3 place = mix(from, to, along);
  if (height == 0.0) return place;
  float apart = min(1.0, distance(from, to));
  place.x += height * mix(0.45, 1.0, apart) * sin(along * 3.14159265);
  place.y += height * 0.13 * (1.0 - apart) * sin(along * 6.2831853);
  return place;
}
`;

/**
 * Edges have no vertex buffers: the number of the vertex gives the edge, the edge gives both neurons and, in the
 * weights as torch keeps them ([out][in]), the weight. Output is density, positive and negative apart. With RIBBON an
 * edge is a soft band as wide as its weight is strong (6 vertices a piece), without it a line of one texel (2).
 */
export const EDGE_VERTEX = /* glsl */ `
precision highp float;
precision highp int;
precision highp isampler2D;
precision highp usampler2D;

uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
uniform sampler2D positions;
uniform isampler2D weights;
uniform usampler2D chosen;
uniform bool hasWeights;
uniform bool hasChosen;
uniform int columns;
uniform int mode;
uniform vec4 kernel;
uniform vec2 sourceMap;
uniform vec2 targetMap;
uniform vec3 place;
uniform int sourceFirst;
uniform int targetFirst;
uniform int segments;
uniform uint first;
uniform uint stride;
uniform uint count;
uniform float ink;
uniform float lift;
uniform float gamma;
uniform float arc;
uniform vec2 depthRange;
uniform vec2 texels;
uniform float texelsPerPixel;
uniform float widest;
out vec2 density;
#ifdef RIBBON
out vec2 across;
const int VERTICES = 6;
const int ENDS[6] = int[6](0, 1, 1, 0, 1, 0);
const float SIDES[6] = float[6](-1.0, -1.0, 1.0, -1.0, 1.0, 1.0);
#else
const int VERTICES = 2;
#endif

const float NEAREST = 0.06;

ivec2 texelOf(int index, int width) { return ivec2(index % width, index / width); }

vec3 positionOf(int node) { return texelFetch(positions, texelOf(node, ${NODE_WIDTH}), 0).xyz; }

${BENT}

vec4 seenAt(vec3 from, vec3 to, float along) {
  return viewMatrix * vec4(bent(from, to, along, arc), 1.0);
}

/** Kernels by their place: gives weight, source and target of an edge; a source of −1 where the kernel sees no neuron. */
ivec3 windowed(int walked) {
  int width = int(kernel.x);
  int step = int(kernel.y);
  int padding = int(kernel.z);
  int area = width * width;
  bool alone = kernel.w > 0.5;
  ivec2 from = ivec2(sourceMap);
  ivec2 to = ivec2(targetMap);
  ivec3 stand = ivec3(place);
  if (mode == 2) {
    int map = walked / columns;
    int column = walked - map * columns;
    int within = column % area;
    int channel = alone ? map : column / area;
    int y = stand.y * step - padding + within / width;
    int x = stand.z * step - padding + within % width;
    bool outside = y < 0 || x < 0 || y >= from.x || x >= from.y;
    int target = (map * to.x + stand.y) * to.y + stand.z;
    return ivec3(walked, outside ? -1 : (channel * from.x + y) * from.y + x, target);
  }
  int map = alone ? stand.x : walked / area;
  int within = walked % area;
  int down = stand.y + padding - within / width;
  int along = stand.z + padding - within % width;
  int weight = map * columns + (alone ? 0 : stand.x * area) + within;
  if (down < 0 || along < 0 || down % step > 0 || along % step > 0) return ivec3(weight, -1, 0);
  if (down / step >= to.x || along / step >= to.y) return ivec3(weight, -1, 0);
  int source = (stand.x * from.x + stand.y) * from.y + stand.z;
  return ivec3(weight, source, (map * to.x + down / step) * to.y + along / step);
}

void main() {
  int vertex = gl_VertexID;
  int piece = VERTICES * segments;
  uint walked = (first + uint(vertex / piece) * stride) % count;
  int edge = int(hasChosen ? texelFetch(chosen, texelOf(int(walked), textureSize(chosen, 0).x), 0).r : walked);
  int target = edge / columns;
  int source = mode == 1 ? target : edge - target * columns;
  if (mode > 1) {
    ivec3 found = windowed(edge);
    edge = found.x;
    source = found.y;
    target = found.z;
  }
  int weight = hasWeights ? texelFetch(weights, texelOf(edge, textureSize(weights, 0).x), 0).r : 48;
  density = vec2(0.0);
  gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  if (weight == 0 || source < 0) return;
  float strength = min(1.0, lift * abs(float(weight)) / 127.0);
  vec3 from = positionOf(sourceFirst + source);
  vec3 to = positionOf(targetFirst + target);
  float start = float((vertex % piece) / VERTICES);
#ifdef RIBBON
  int corner = vertex % VERTICES;
  vec4 head = seenAt(from, to, start / float(segments));
  vec4 tail = seenAt(from, to, (start + 1.0) / float(segments));
  // Ends behind the viewer would turn the band around: cut it where it passes.
  if (head.z > -NEAREST && tail.z > -NEAREST) return;
  if (head.z > -NEAREST) head = mix(head, tail, (head.z + NEAREST) / (head.z - tail.z));
  if (tail.z > -NEAREST) tail = mix(tail, head, (tail.z + NEAREST) / (tail.z - head.z));
  vec4 seen = ENDS[corner] == 0 ? head : tail;
  vec4 headClip = projectionMatrix * head;
  vec4 tailClip = projectionMatrix * tail;
  vec2 way = (tailClip.xy / tailClip.w - headClip.xy / headClip.w) * texels;
  vec2 aside = length(way) > 1e-4 ? normalize(vec2(-way.y, way.x)) : vec2(0.0, 1.0);
  float halfWidth = 0.5 * texelsPerPixel * mix(min(0.7, widest), widest, strength);
  float reach = SIDES[corner] * (halfWidth + 0.5);
  across = vec2(reach, halfWidth);
  gl_Position = ENDS[corner] == 0 ? headClip : tailClip;
  gl_Position.xy += 2.0 * reach * aside / texels * gl_Position.w;
  float shown = ink;
#else
  vec4 seen = seenAt(from, to, (start + float(vertex % 2)) / float(segments));
  gl_Position = projectionMatrix * seen;
  // A line of one texel stands for one of one pixel.
  float shown = ink * texelsPerPixel;
#endif
  float far = smoothstep(depthRange.x, depthRange.y, -seen.z);
  shown *= pow(strength, gamma) * mix(1.12, 0.62, far);
  density = hasWeights ? (weight > 0 ? vec2(shown, 0.0) : vec2(0.0, shown)) : vec2(0.5 * shown);
}
`;

export const EDGE_FRAGMENT = /* glsl */ `
precision highp float;
in vec2 density;
#ifdef RIBBON
in vec2 across;
#endif
layout(location = 0) out vec4 outColour;
void main() {
#ifdef RIBBON
  float covered = clamp(across.y + 0.5 - abs(across.x), 0.0, min(1.0, 2.0 * across.y));
#else
  float covered = 1.0;
#endif
  outColour = vec4(covered * density, 0.0, 0.0);
}
`;

/** One triangle over everything. */
export const SCREEN_VERTEX = /* glsl */ `
precision highp float;
out vec2 place;
void main() {
  place = vec2(float((gl_VertexID << 1) & 2), float(gl_VertexID & 2));
  gl_Position = vec4(2.0 * place - 1.0, 0.0, 1.0);
}
`;

/** Density to colour: the hue is the balance of the signs, the opacity grows with the density and never clips. */
export const RESOLVE_FRAGMENT = /* glsl */ `
precision highp float;
uniform sampler2D shown;
uniform sampler2D focused;
uniform vec2 texel;
uniform float shownGain;
uniform float focusGain;
uniform float exposure;
uniform float glow;
uniform vec3 positive;
uniform vec3 negative;
uniform vec3 neutral;
uniform vec3 backgroundTop;
uniform vec3 backgroundBottom;
in vec2 place;
layout(location = 0) out vec4 outColour;

vec2 densityAt(sampler2D field) {
  return 0.25 * (texture(field, place + texel * vec2(-1.0, -1.0)).rg + texture(field, place + texel * vec2(1.0, -1.0)).rg +
    texture(field, place + texel * vec2(-1.0, 1.0)).rg + texture(field, place + texel * vec2(1.0, 1.0)).rg);
}

float noiseAt(vec2 point) { return fract(52.9829189 * fract(dot(point, vec2(0.06711056, 0.00583715)))); }

void main() {
  vec2 density = exposure * (shownGain * densityAt(shown) + (focusGain > 0.0 ? focusGain * densityAt(focused) : vec2(0.0)));
  float total = density.x + density.y;
  float balance = (density.x - density.y) / max(total, 1e-6);
  float opacity = 1.0 - exp(-total);
  vec3 hue = mix(neutral, balance > 0.0 ? positive : negative, pow(abs(balance), 0.55));
  vec3 lit = mix(hue, vec3(1.0), glow * opacity * opacity * (0.35 + 0.65 * abs(balance)));
  vec3 ground = mix(backgroundBottom, backgroundTop, smoothstep(0.0, 1.0, length((place - vec2(0.5, 0.46)) * vec2(1.25, 1.35))));
  vec3 colour = mix(ground, lit, opacity) + (noiseAt(gl_FragCoord.xy) - 0.5) / 255.0;
  outColour = vec4(colour, 1.0);
}
`;

/** A neuron is a square that faces the viewer, two triangles by the vertex number, drawn from the farthest on. */
export const NODE_VERTEX = /* glsl */ `
precision highp float;
precision highp int;
precision highp usampler2D;

uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
uniform sampler2D positions;
uniform sampler2D states;
uniform usampler2D order;
uniform vec2 depthRange;
uniform float pixelsPerUnit;
uniform int marked;
uniform int other;
uniform int pinned;
out vec2 corner;
flat out vec4 state;
flat out float pixels;
flat out float fade;
flat out float haze;
flat out float ring;

const float ROOM = 1.9;
const vec2 CORNERS[6] = vec2[6](vec2(-1, -1), vec2(1, -1), vec2(1, 1), vec2(-1, -1), vec2(1, 1), vec2(-1, 1));

void main() {
  int turn = gl_VertexID / 6;
  int node = int(texelFetch(order, ivec2(turn % ${NODE_WIDTH}, turn / ${NODE_WIDTH}), 0).r);
  ivec2 at = ivec2(node % ${NODE_WIDTH}, node / ${NODE_WIDTH});
  vec4 placed = texelFetch(positions, at, 0);
  state = texelFetch(states, at, 0);
  ring = node == pinned ? 1.0 : node == marked || node == other ? 0.8 : 0.0;
  vec4 seen = viewMatrix * vec4(placed.xyz, 1.0);
  float size = placed.w * (1.0 + 0.25 * state.g + (ring > 0.0 ? 0.25 : 0.0));
  float exact = size * pixelsPerUnit / max(1e-3, -seen.z);
  pixels = max(exact, 1.1);
  fade = min(1.0, exact / pixels);
  fade *= fade;
  haze = smoothstep(depthRange.x, depthRange.y, -seen.z);
  corner = CORNERS[gl_VertexID % 6] * ROOM;
  seen.xy += corner * size * pixels / exact;
  gl_Position = projectionMatrix * seen;
}
`;

/** A shaded sphere with a soft edge; neurons that fire have a halo. Premultiplied, so that halos can add light. */
export const NODE_FRAGMENT = /* glsl */ `
precision highp float;
uniform vec3 node;
uniform vec3 warm;
uniform vec3 spike;
uniform vec3 positive;
uniform vec3 negative;
uniform vec3 neutral;
uniform vec3 mark;
uniform vec3 ground;
uniform float haloStrength;
in vec2 corner;
flat in vec4 state;
flat in float pixels;
flat in float fade;
flat in float haze;
flat in float ring;
layout(location = 0) out vec4 outColour;

void main() {
  float distance = length(corner);
  float soft = 1.0 / pixels;
  float inside = 1.0 - smoothstep(1.0 - soft, 1.0 + soft, distance);
  float tint = state.b * 255.0 / 127.0 - 128.0 / 127.0;
  // By way of violet: straight from blue to amber a rising membrane would look grey.
  vec3 base = mix(mix(node, vec3(0.62, 0.42, 0.74), smoothstep(0.05, 0.5, state.r)), warm, smoothstep(0.35, 1.0, state.r));
  base = mix(base, spike, state.g);
  if (abs(tint) > 0.002) base = mix(mix(ground, neutral, 0.55), tint > 0.0 ? positive : negative, pow(abs(tint), 0.75));
  vec3 normal = vec3(corner, sqrt(max(0.0, 1.0 - distance * distance)));
  float light = dot(normal, vec3(-0.42, 0.58, 0.70));
  float ambient = mix(0.34, 0.6, ground.g);
  float shade = mix(ambient + (1.06 - ambient) * max(light, 0.0), 1.0, 0.55 * max(state.g, state.r));
  float shine = pow(max(light, 0.0), 18.0) * 0.22;
  vec3 colour = mix(base * shade + shine, ground, haze * mix(0.42, 0.24, ground.g) * (1.0 - max(state.g, state.r)));
  float opacity = inside * fade * state.a;
  float lit = state.g * (1.0 - inside) * exp(-3.2 * max(0.0, distance - 1.0)) * haloStrength * smoothstep(1.9, 1.2, distance);
  float circle = ring * (1.0 - smoothstep(soft, 2.0 * soft + 0.06, abs(distance - 1.38)));
  outColour = vec4(colour * opacity + spike * lit + mark * circle, opacity + lit * 0.35 + circle);
}
`;
