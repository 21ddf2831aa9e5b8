import {
  BufferGeometry,
  LineSegments,
  Mesh,
  Scene,
  type Camera,
  type RawShaderMaterial,
  type WebGLRenderer,
} from "three";
import { edgeMaterial } from "./edge-block";
import { nodeMaterial } from "./nodes";

/**
 * Holds one material of each kind for as long as the view lives. three.js drops a program with its last material, and
 * linking it anew costs more than building a network.
 */
export class Programs {
  /** Whether all are linked: a draw before would wait for the graphics driver, and the whole page with it. */
  ready = false;
  private readonly materials: RawShaderMaterial[] = [
    edgeMaterial({}, false),
    edgeMaterial({}, true),
    nodeMaterial(null, null, null),
  ];

  /** Begin to link them, and the one that resolves the picture, on the driver's own threads where it has some. */
  constructor(renderer: WebGLRenderer, camera: Camera, resolving: RawShaderMaterial) {
    const scene = new Scene();
    const [lines, ...meshes] = this.materials;
    const geometry = new BufferGeometry();
    const solid = [...meshes, resolving].map((material) => new Mesh(geometry, material));
    scene.add(new LineSegments(geometry, lines), ...solid);
    if (renderer.extensions.has("KHR_parallel_shader_compile")) {
      void renderer.compileAsync(scene, camera).then(() => (this.ready = true));
    } else {
      renderer.compile(scene, camera);
      this.ready = true;
    }
  }

  dispose(): void {
    for (const material of this.materials) material.dispose();
  }
}
