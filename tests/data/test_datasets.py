import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snntrainer3d.data import (
    CATALOGUE,
    available,
    check_fit,
    default_dataset,
    describe,
    load,
    mnist,
    pack,
    split_train,
    unpack,
)
from snntrainer3d.errors import NotFoundError
from snntrainer3d.spec import DATASETS, dense_network

DIGITS_TEST_IMAGES_MD5 = "45a339c494252995660676753e8d0e2d"
"""Of the 359 test images, 8×8 bytes each: a change here changes every published accuracy on digits."""


@pytest.mark.parametrize("name", ["digits", "xor", "moons", "spirals", "parity-3", "parity-8"])
def test_what_is_known_without_loading_is_what_is_loaded(name):
    info, dataset = describe(name), load(name)
    assert dataset.info is info
    assert dataset.train.inputs.shape == (info.train_samples, *info.input_shape)
    assert dataset.test.inputs.shape == (info.test_samples, *info.input_shape)
    assert len(dataset.train) == info.train_samples
    assert len(dataset.test) == info.test_samples
    assert set(dataset.train.labels) == set(range(info.classes)) == set(dataset.test.labels)
    assert dataset.train.labels.dtype == np.int64
    assert len(info.class_names) == info.classes


def test_the_catalogue_lists_the_data_sets_of_the_spec():
    assert tuple(CATALOGUE) == DATASETS
    with pytest.raises(NotFoundError, match="digits, mnist, fashion-mnist, spoken-digits, xor, moons, spirals"):
        describe("cifar")
    with pytest.raises(NotFoundError):
        load("../digits")


@pytest.mark.slow
def test_digits_are_scikit_learns_split_by_class():
    from sklearn.datasets import load_digits

    dataset, original = load("digits"), load_digits()
    both = np.concatenate([dataset.train.inputs, dataset.test.inputs]).reshape(1797, 64)
    assert both.dtype == np.uint8
    assert sorted(map(bytes, both)) == sorted(map(bytes, original.data.astype(np.uint8)))
    shares = np.bincount(dataset.test.labels) / np.bincount(original.target)
    assert np.all(np.abs(shares - 359 / 1797) < 0.006)


def test_the_test_digits_are_the_same_for_ever():
    assert hashlib.md5(load("digits").test.inputs.tobytes()).hexdigest() == DIGITS_TEST_IMAGES_MD5


@pytest.mark.slow
def test_digits_without_scikit_learns_file_are_the_same(monkeypatch):
    from importlib import util

    before = load("digits")
    monkeypatch.setattr(util, "find_spec", lambda _name: None)
    after = load("digits")
    assert np.array_equal(before.test.inputs, after.test.inputs)
    assert np.array_equal(before.train.labels, after.train.labels)


def test_xor_is_its_truth_table_and_tested_on_itself():
    dataset = load("xor")
    assert dataset.train.inputs.dtype == np.float32
    assert [(*row, label) for row, label in zip(dataset.train.inputs.tolist(), dataset.train.labels, strict=True)] == [
        (0, 0, 0),
        (0, 1, 1),
        (1, 0, 1),
        (1, 1, 0),
    ]
    assert np.array_equal(dataset.test.inputs, dataset.train.inputs)


@pytest.mark.parametrize("name", ["digits", "xor"])
def test_unit_pixels_lie_in_0_to_1_and_standardised_have_mean_0_and_deviation_1(name):
    dataset = load(name)
    scale, offset = dataset.affine("unit")
    unit = dataset.train.inputs.astype(np.float64) * scale + offset
    assert unit.min() == 0.0
    assert unit.max() == 1.0
    assert dataset.mean == pytest.approx(unit.mean(), abs=1e-12)
    assert dataset.std == pytest.approx(unit.std(), abs=1e-12)
    scale, offset = dataset.affine("standardised")
    standard = dataset.train.inputs.astype(np.float64) * scale + offset
    assert standard.mean() == pytest.approx(0.0, abs=1e-12)
    assert standard.std() == pytest.approx(1.0, abs=1e-12)


LABELS = st.lists(st.integers(0, 6), min_size=1, max_size=200).map(lambda rows: np.array(rows, np.int64))


@pytest.mark.slow
@given(LABELS, st.floats(0.0, 0.9), st.integers(0, 2**32 - 1))
def test_a_split_is_stratified_whole_and_repeatable(labels, share, seed):
    train, held = split_train(labels, share, seed)
    assert np.array_equal(np.sort(np.concatenate([train, held])), np.arange(len(labels)))
    assert np.all(np.diff(train) > 0)
    assert np.all(np.diff(held) > 0)
    again = split_train(labels, share, seed)
    assert np.array_equal(again[0], train)
    assert np.array_equal(again[1], held)
    for label in np.unique(labels):
        exact = share * np.sum(labels == label)
        assert abs(np.sum(labels[held] == label) - exact) <= 1.0
        assert label in labels[train]


def test_a_split_holds_out_the_share_asked_for_and_changes_with_its_seed():
    labels = load("digits").train.labels
    train, held = split_train(labels, 0.1, 0)
    assert (len(train), len(held)) == (1294, 144)
    assert not np.array_equal(held, split_train(labels, 0.1, 1)[1])
    assert len(split_train(labels, 0.0, 0)[1]) == 0


def test_a_network_that_fits_has_no_faults():
    assert check_fit(dense_network((64,), [5], 10), describe("digits")) == []
    assert check_fit(dense_network((1, 8, 8), [], 12), describe("digits")) == []


def test_every_misfit_is_told_at_its_field():
    faults = check_fit(dense_network((64,), [5, 4], 3), describe("mnist"))
    assert [fault.path for fault in faults] == ["network.input.shape", "network.layers[2].size"]
    assert "784" in faults[0].message
    assert "10 classes" in faults[1].message


def test_the_default_is_mnist_only_where_it_is(monkeypatch, tmp_path):
    monkeypatch.setenv("SNNTRAINER3D_HOME", str(tmp_path))
    monkeypatch.delenv("SNNTRAINER3D_DATA", raising=False)
    assert default_dataset() == "digits"
    folder = tmp_path / "data" / "mnist"
    folder.mkdir(parents=True)
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (folder / f"{name}-ubyte.gz").touch()
    assert default_dataset() == "mnist"


def test_a_data_set_travels_to_a_machine_that_lacks_it(monkeypatch, tmp_path):
    for place, files in (("here", mnist.FILES), ("there", ())):
        (tmp_path / place / "mnist").mkdir(parents=True)
        for file in files:
            (tmp_path / place / "mnist" / file).write_text(file)
    monkeypatch.delenv("SNNTRAINER3D_HOME", raising=False)
    monkeypatch.setenv("SNNTRAINER3D_DATA", str(tmp_path / "here"))
    packed = pack("mnist")
    assert set(packed) == set(mnist.FILES)
    assert pack("digits") == {}, "what is built in is everywhere"
    monkeypatch.setenv("SNNTRAINER3D_DATA", str(tmp_path / "there"))
    monkeypatch.setenv("SNNTRAINER3D_HOME", str(tmp_path / "home"))
    assert not available("mnist")
    unpack("mnist", packed)
    assert available("mnist")
    assert pack("mnist") == packed
