"""Read a PyTorch file in a process of its own: `python pt_child.py FILE OUT.npz MAX_BYTES MAX_SECONDS`.

`weights_only=True` reads tensors and plain containers and runs nothing from the file; the limits are for damaged ones.
"""

import pickle
import sys
import warnings
from typing import Any

from snntrainer3d.apart.limits import limit_process

WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "network")
SPARE_BYTES = 2 << 30
REFUSED = 3


class NoStateDictError(ValueError):
    """A file of torch that holds something else."""


def main() -> int:
    path, out, max_bytes, max_seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    warnings.simplefilter("ignore")
    import numpy as np
    import torch

    limit_process(2 * max_bytes + SPARE_BYTES, max_seconds)
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
        for wrapper in WRAPPERS:
            if isinstance(found, dict) and isinstance(found.get(wrapper), dict):
                found = found[wrapper]
        arrays = _arrays(found, torch)
        np.savez(out, **arrays)
    except NoStateDictError as error:
        print(error)
        return REFUSED
    except pickle.UnpicklingError as error:
        print(_more_than_tensors(str(error)))
        return REFUSED
    except MemoryError:
        print("it takes more memory than is allowed")
        return REFUSED
    except Exception as error:  # of torch, whose words say nothing to a person
        full = "allocate memory" in str(error)
        print("it takes more memory than is allowed" if full else "it is damaged, or no file of torch.save")
        return REFUSED
    return 0


def _more_than_tensors(text: str) -> str:
    """Say in our words why torch refuses to unpickle a file."""
    if "Weights only load failed" not in text:
        return "it is damaged"
    if "numpy" in text:
        return "it holds arrays of NumPy beside tensors: torch.from_numpy(array) makes them tensors"
    return "it holds more than tensors, such as a whole module"


def _arrays(found: Any, torch: Any) -> dict[str, Any]:
    if not isinstance(found, dict) or not found:
        raise NoStateDictError("it holds no state dict")
    if quantized := [str(name) for name, value in found.items() if _is_quantized(value, torch)]:
        raise NoStateDictError(f"{quantized[0]!r:.60} is quantized: save the state dict from before quantization")
    strange = [str(name) for name, value in found.items() if not isinstance(value, torch.Tensor)]
    if strange:
        raise NoStateDictError(
            f"{strange[0]!r:.60} is no tensor: give a state dict, torch.save(network.state_dict(), …)"
        )
    if complex_ones := [str(name) for name, value in found.items() if value.is_complex()]:
        raise NoStateDictError(f"{complex_ones[0]!r:.60} is complex")
    return {str(name): value.detach().to_dense().to(torch.float32).numpy() for name, value in found.items()}


def _is_quantized(value: Any, torch: Any) -> bool:
    """Tell whether a value is a quantized tensor, or packed with its bias as quantized layers save it."""
    packed = value if isinstance(value, tuple) else (value,)
    return any(isinstance(part, torch.Tensor) and part.is_quantized for part in packed)


if __name__ == "__main__":
    sys.exit(main())
