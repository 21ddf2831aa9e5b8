"""What runs as machine code; imports no torch.

`llvm_text` prints the scans of a neuron's equation over time, `translate` turns the other kernels, written in a small
part of Python, into the same assembly; `machine_code` compiles it, `task` runs it. Rows are parts of arrays
[..., batch·neuron], cut into blocks whose size depends on the shapes alone, so results do not depend on the number
of threads.
"""
