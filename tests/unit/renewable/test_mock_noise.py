import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.products.renewable.mock_data.noise import (
    gaussian_field,
    normal_quantile,
    splitmix64,
    stream_key,
    uniforms,
    upper_tail,
    white_noise,
)

pytestmark = pytest.mark.unit
LAYERS = ((120.0, 0.3), (14.0, 0.5), (1.5, 0.2))


def test_splitmix64_gives_the_published_sequence() -> None:
    gamma = 0x9E3779B97F4A7C15
    states = np.array([1234567, (1234567 + gamma) % 2**64], dtype=np.uint64)

    assert splitmix64(states).tolist() == [6457827717110365317, 3203168211198807973]


def test_a_stream_key_depends_on_seed_name_and_channel() -> None:
    keys = {
        stream_key(seed=seed, name=name, channel=channel)
        for seed in (1, 2)
        for name in ("a", "b")
        for channel in ("wind", "ghi")
    }

    assert len(keys) == 8


def test_a_stream_key_never_changes_between_versions() -> None:
    assert stream_key(seed=7, name="wind_a", channel="wind/0") == 0x781271C6DFA36986


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=50))
def test_uniforms_stay_strictly_inside_0_and_1(indices: list[int]) -> None:
    keys = np.array([stream_key(seed=1, name="a", channel="c")], dtype=np.uint64)
    draws = uniforms(keys, np.array(indices, dtype=np.int64))

    assert ((draws > 0) & (draws < 1)).all()


def test_normal_quantile_is_the_inverse_of_the_normal_distribution() -> None:
    probability = np.concatenate((np.logspace(-15, -2, 200), np.linspace(0.011, 0.999, 500)))
    expected = [NormalDist().inv_cdf(p) for p in probability]

    np.testing.assert_allclose(normal_quantile(probability), expected, rtol=2e-9, atol=1e-9)


def test_the_extreme_uniforms_have_finite_normals() -> None:
    extremes = np.array([2.0**-54, 1.0 - 2.0**-53])

    assert np.isfinite(normal_quantile(extremes)).all()


def test_upper_tail_is_relatively_exact_far_out() -> None:
    z = np.linspace(-8, 8, 400)
    expected = [0.5 * math.erfc(value / math.sqrt(2)) for value in z]

    np.testing.assert_allclose(upper_tail(z), expected, rtol=1.3e-7)


def test_white_noise_is_standard_normal_and_uncorrelated() -> None:
    noise = white_noise(["a", "b"], seed=3, channel="c", indices=np.arange(200_000))

    np.testing.assert_allclose(noise.mean(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(noise.std(axis=0), 1, atol=0.01)
    assert abs(np.corrcoef(noise[:, 0], noise[:, 1])[0, 1]) < 0.01
    assert abs(np.corrcoef(noise[1:, 0], noise[:-1, 0])[0, 1]) < 0.01


def test_a_field_is_standard_normal_at_knots_and_between_them() -> None:
    names = [f"asset_{number}" for number in range(20_000)]
    hours = np.array([0.0, 0.6, 7.0, 13.9, 60.0])
    field = gaussian_field(names, seed=1, channel="c", layers=LAYERS, hours=hours)

    np.testing.assert_allclose(field.mean(axis=1), 0, atol=0.03)
    np.testing.assert_allclose(field.std(axis=1), 1, atol=0.03)


def test_a_field_is_as_smooth_across_a_knot_as_elsewhere() -> None:
    hours = np.arange(0.0, 20_000.0, 0.1)
    field = gaussian_field(["a"], seed=1, channel="c", layers=((24.0, 1.0),), hours=hours)
    largest_step = np.abs(np.diff(field[:, 0])).max()

    assert largest_step < 0.06


@given(start=st.integers(-50_000, 600_000), length=st.integers(1, 200), skip=st.integers(0, 100))
def test_part_of_a_field_equals_the_same_part_of_the_whole(
    start: int, length: int, skip: int
) -> None:
    hours = np.arange(skip + length + 50, dtype=np.float64) + (start + 0.5)
    whole = gaussian_field(["a", "b", "c"], seed=5, channel="c", layers=LAYERS, hours=hours)
    part = gaussian_field(
        ["c", "a"], seed=5, channel="c", layers=LAYERS, hours=hours[skip : skip + length]
    )

    np.testing.assert_array_equal(part, whole[skip : skip + length][:, [2, 0]])
