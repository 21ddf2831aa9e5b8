"""The time loops of the neurons: per neuron a readable reference and beside it the fused form; imports no torch.

A fused kernel is built of two steps per neuron, one time step forward and one backward over a row of neurons;
`scan` repeats them over time. Rows are parts of arrays [..., batch·neuron], cut into blocks whose size depends on
the shapes alone, so results do not depend on the number of threads.
"""
