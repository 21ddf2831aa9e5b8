/**
 * Builds the page with the part of three.js that the view draws with. The view brings its own shaders, targets and
 * textures; lights, shadows, environments, headsets and the library's own materials would be half of what a visitor loads.
 */
import { resolve } from "node:path";
import type { Plugin } from "vite";

const THREE = resolve(import.meta.dirname, "node_modules/three/src");

/** What stands in place of modules that no picture of the view goes through, by their path in three's sources. */
const STAND_INS: Record<string, string> = {
  "renderers/shaders/ShaderChunk.js": "export const ShaderChunk = {};",
  "renderers/shaders/ShaderLib.js": "export const ShaderLib = {};",
  "renderers/shaders/UniformsLib.js": "export const UniformsLib = {};",
  "renderers/shaders/DFGLUTData.js": "export const getDFGLUT = () => null;",
  "renderers/webgl/WebGLEnvironments.js":
    "export function WebGLEnvironments() { this.get = (texture) => texture; this.dispose = () => {}; }",
  "renderers/webgl/WebGLUniformsGroups.js": "export function WebGLUniformsGroups() { this.dispose = () => {}; }",
  "renderers/webgl/WebGLMorphtargets.js": "export function WebGLMorphtargets() {}",
  "renderers/webgl/WebGLShadowMap.js":
    "export function WebGLShadowMap() { this.enabled = false; this.autoUpdate = true; this.type = 0; this.render = () => {}; }",
  "renderers/webxr/WebXRManager.js":
    "const nothing = () => {};" +
    "export function WebXRManager() { this.enabled = this.isPresenting = false; this.dispose = this.setAnimationLoop =" +
    " this.addEventListener = this.removeEventListener = this.getEnvironmentBlendMode = this.hasDepthSensing = nothing; }",
};

export function leanThree(): Plugin {
  const met = new Set<string>();
  return {
    name: "lean-three",
    apply: "build",
    enforce: "pre",
    config: () => ({ resolve: { alias: [{ find: /^three$/, replacement: resolve(THREE, "Three.js") }] } }),
    load(id) {
      const path = id.startsWith(THREE) ? id.slice(THREE.length + 1) : "";
      if (!(path in STAND_INS)) return null;
      met.add(path);
      return { code: STAND_INS[path], moduleSideEffects: false };
    },
    buildEnd(fault) {
      const strange = Object.keys(STAND_INS).filter((path) => !met.has(path));
      if (!fault && strange.length > 0) {
        this.error(`three.js has no ${strange.join(", ")} any more: mend the list in lean-three.ts.`);
      }
    },
  };
}
