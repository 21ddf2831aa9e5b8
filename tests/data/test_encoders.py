import torch

from snntrainer3d.data import load
from snntrainer3d.data.encoders import encode
from snntrainer3d.spec import Direct


def test_direct_scales_flattens_and_holds_still():
    raw = torch.tensor([[[[0, 128], [255, 51]]]], dtype=torch.uint8)
    encoded = encode(Direct(), raw, 1 / 255, -0.5, num_steps=7)
    assert encoded.constant
    assert encoded.values.shape == (1, 4)
    assert encoded.values.dtype == torch.float32
    torch.testing.assert_close(encoded.values, torch.tensor([[-0.5, 128 / 255 - 0.5, 0.5, 0.2 - 0.5]]))
    steps = encoded.over_time()
    assert steps.shape == (7, 1, 4)
    assert steps.data_ptr() == encoded.values.data_ptr(), "a constant input is not copied per step"


def test_samples_are_left_as_they_were():
    raw = torch.from_numpy(load("xor").train.inputs.copy())
    encode(Direct(), raw, 2.0, -1.0, num_steps=3)
    assert torch.equal(raw, torch.from_numpy(load("xor").train.inputs))
