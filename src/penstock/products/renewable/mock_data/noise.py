"""Counter-based random numbers and smooth Gaussian fields.

Belongs here: turning (seed, name, channel, absolute time) into numbers. Does not belong here:
anything that knows weather, assets or frames.

There is no state: a number is a hash of its key and its index, so a day computed alone is the
same day as in a range, whatever else is computed with it.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]
Layers = tuple[tuple[float, float], ...]
"""(knot distance in hours, amplitude) of each scale of a field."""

_ACKLAM_A = (
    -3.969683028665376e01,
    2.209460984245205e02,
    -2.759285104469687e02,
    1.383577518672690e02,
    -3.066479806614716e01,
    2.506628277459239e00,
)
_ACKLAM_B = (
    -5.447609879822406e01,
    1.615858368580409e02,
    -1.556989798598866e02,
    6.680131188771972e01,
    -1.328068155288572e01,
    1.0,
)
_ACKLAM_C = (
    -7.784894002430293e-03,
    -3.223964580411365e-01,
    -2.400758277161838e00,
    -2.549732539343734e00,
    4.374664141464968e00,
    2.938163982698783e00,
)
_ACKLAM_D = (
    7.784695709041462e-03,
    3.224671290700398e-01,
    2.445134137142996e00,
    3.754408661907416e00,
    1.0,
)
_ACKLAM_TAIL = 0.02425
_ERFC = (
    0.17087277,
    -0.82215223,
    1.48851587,
    -1.13520398,
    0.27886807,
    -0.18628806,
    0.09678418,
    0.37409196,
    1.00002368,
    -1.26551223,
)


def stream_key(*, seed: int, name: str, channel: str) -> int:
    """64-bit key of one random stream."""
    digest = blake2b(f"v1|{seed}|{name}|{channel}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def stream_keys(names: Sequence[str], *, seed: int, channel: str) -> NDArray[np.uint64]:
    """The stream of each name in one channel."""
    keys = [stream_key(seed=seed, name=name, channel=channel) for name in names]
    return np.array(keys, dtype=np.uint64)


def splitmix64(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One step of splitmix64 (Steele, Lea and Flood 2014), element by element."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def uniforms(keys: NDArray[np.uint64], indices: Integers) -> Floats:
    """Uniform numbers strictly inside (0, 1), shape (indices, keys); an index may be negative."""
    counters = splitmix64(indices.astype(np.uint64))
    mixed = splitmix64(counters[:, np.newaxis] ^ keys[np.newaxis, :])
    draws = ((mixed >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    # the largest of the 2**53 draws rounds up to exactly 1, whose normal would be infinite
    return np.minimum(draws, 1.0 - 2.0**-53)


def normal_quantile(probability: Floats) -> Floats:
    """Inverse of the standard normal distribution (Acklam, relative error below 1.2e-9)."""
    centred = probability - 0.5
    square = centred * centred
    result = centred * _polynomial(_ACKLAM_A, square) / _polynomial(_ACKLAM_B, square)
    tail = np.minimum(probability, 1.0 - probability)
    is_tail = tail < _ACKLAM_TAIL
    root = np.sqrt(-2.0 * np.log(tail[is_tail]))
    magnitude = -_polynomial(_ACKLAM_C, root) / _polynomial(_ACKLAM_D, root)
    result[is_tail] = np.copysign(magnitude, centred[is_tail])
    return result


def upper_tail(z: Floats) -> Floats:
    """P(Z > z) of a standard normal: complementary error function by Chebyshev fit.

    Numerical Recipes (`erfcc`), relative error below 1.2e-7 everywhere, tails included.
    """
    x = np.abs(z) / np.sqrt(2.0)
    t = 1.0 / (1.0 + 0.5 * x)
    tail = 0.5 * t * np.exp(-x * x + _polynomial(_ERFC, t))
    result: Floats = np.where(z >= 0.0, tail, 1.0 - tail)
    return result


def white_noise(names: Sequence[str], *, seed: int, channel: str, indices: Integers) -> Floats:
    """Independent standard normals, shape (indices, names)."""
    return normal_quantile(uniforms(stream_keys(names, seed=seed, channel=channel), indices))


def gaussian_field(
    names: Sequence[str], *, seed: int, channel: str, layers: Layers, hours: Floats
) -> Floats:
    """Standard normal at every instant, smooth in time, independent between names.

    Each layer blends the normals of its two nearest knots with smoothstep weights and divides by
    the norm of the weights, so that its variance is 1 between knots as well; the layers add up
    in quadrature.

    Args:
        names: one independent field each.
        seed: of the whole mock world.
        channel: what the field drives; other channels are independent.
        layers: (knot distance in hours, amplitude) pairs.
        hours: instants in hours since 1970-01-01 UTC.

    Returns:
        Shape (hours, names).
    """
    total = np.zeros((len(hours), len(names)))
    for number, (distance, amplitude) in enumerate(layers):
        position = hours / distance
        knot = np.floor(position)
        fraction = position - knot
        right = fraction * fraction * (3.0 - 2.0 * fraction)
        left = 1.0 - right
        scale = amplitude / np.sqrt(left * left + right * right)
        first = knot.astype(np.int64)
        needed, place = np.unique(np.concatenate((first, first + 1)), return_inverse=True)
        values = white_noise(names, seed=seed, channel=f"{channel}/{number}", indices=needed)
        total += (scale * left)[:, np.newaxis] * values[place[: len(first)]]
        total += (scale * right)[:, np.newaxis] * values[place[len(first) :]]
    total /= np.sqrt(sum(amplitude * amplitude for _, amplitude in layers))
    return total


def _polynomial(coefficients: Sequence[float], x: Floats) -> Floats:
    result = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        result = result * x + coefficient
    return result
