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
  private readonly materials: RawShaderMaterial[] = [
    edgeMaterial({}, false),
    edgeMaterial({}, true),
    nodeMaterial(null, null, null),
  ];

  constructor(renderer: WebGLRenderer, camera: Camera) {
    const scene = new Scene();
    const [lines, ...meshes] = this.materials;
    const geometry = new BufferGeometry();
    scene.add(new LineSegments(geometry, lines), ...meshes.map((material) => new Mesh(geometry, material)));
    renderer.compile(scene, camera);
  }

  dispose(): void {
    for (const material of this.materials) material.dispose();
  }
}
