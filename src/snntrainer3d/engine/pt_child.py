"""Read a PyTorch file in a process of its own: `python pt_child.py FILE OUT.npz MAX_BYTES MAX_SECONDS`.

`weights_only=True` reads tensors and plain containers and runs nothing from the file; the limits are for damaged ones.
It imports nothing of this project.
"""

import os
import pickle
import sys
import warnings
from typing import Any

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

    _limit(max_bytes, max_seconds)
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
        whole = "Weights only load failed" in str(error)
        print("it holds more than tensors, such as a whole module" if whole else "it is damaged")
        return REFUSED
    except Exception:
        print("it is damaged, or no file of torch.save")
        return REFUSED
    return 0


def _arrays(found: Any, torch: Any) -> dict[str, Any]:
    if not isinstance(found, dict) or not found:
        raise NoStateDictError("it holds no state dict")
    strange = [str(name) for name, value in found.items() if not isinstance(value, torch.Tensor)]
    if strange:
        raise NoStateDictError(
            f"{strange[0]!r:.60} is no tensor: give a state dict, torch.save(network.state_dict(), …)"
        )
    if complex_ones := [str(name) for name, value in found.items() if value.is_complex()]:
        raise NoStateDictError(f"{complex_ones[0]!r:.60} is complex")
    return {str(name): value.detach().to_dense().to(torch.float32).numpy() for name, value in found.items()}


def _limit(max_bytes: int, max_seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's time limit alone
        return
    resource.setrlimit(resource.RLIMIT_CPU, (max_seconds, max_seconds))
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            now = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # Not Linux: what is taken already is not told, and others heed no such limit
        return
    limit = now + 2 * max_bytes + SPARE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    sys.exit(main())
